"""Rows that a migration fills, copies or deletes above a statement: shared by the rules about that statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.schema.changes import AlterColumn, Backfill, Change, DropColumn, Statement
from refract.schema.model import QualifiedName


def rows_changed(context: RuleContext) -> Iterator[tuple[Statement, Backfill]]:
    """What the migration does to rows, each with its statement."""
    for statement in context.statements:
        yield from ((statement, change) for change in statement.changes if isinstance(change, Backfill))


def in_use(context: RuleContext, data: Backfill) -> list[QualifiedName]:
    """The tables whose rows change, without those that are new."""
    return [table for table in data.tables if not context.is_new(table)]


def fills(context: RuleContext, change: AlterColumn) -> bool:
    """Whether an UPDATE above gives a value to each row in which the column is NULL."""
    name = change.before.name
    return any(
        update.verb == "UPDATE"
        and change.table in update.tables
        and name in update.columns
        and (update.filtered is False or _is_null(name).search(update.sql) is not None)
        for update in _rows_changed_before(context, change)
    )


def emptied(context: RuleContext, table: QualifiedName) -> bool:
    """Whether the migration itself removes all rows of the table, wherever it does."""
    gone = (d for _, d in rows_changed(context) if d.verb == "TRUNCATE" or (d.verb == "DELETE" and d.filtered is False))
    return any(table in d.tables for d in gone)


def copies(context: RuleContext, change: DropColumn) -> bool:
    """Whether a statement above reads the column and writes something: most likely its values to another place."""
    mention = re.compile(rf"(?<![\w$]){re.escape(change.column.name)}(?![\w$])")
    return any(
        data.verb in ("UPDATE", "INSERT", "MERGE")
        and change.table in (*data.tables, *data.reads)
        and change.column.name not in data.columns
        and mention.search(data.sql) is not None
        for data in _rows_changed_before(context, change)
    )


def _rows_changed_before(context: RuleContext, change: AlterColumn | DropColumn) -> Iterator[Backfill]:
    for statement in context.statements:
        if any(_is_same(other, change) for other in statement.changes):
            return
        yield from (other for other in statement.changes if isinstance(other, Backfill))


def _is_same(other: Change, change: AlterColumn | DropColumn) -> bool:
    if isinstance(other, DropColumn) and isinstance(change, DropColumn):
        return (other.table, other.column.name) == (change.table, change.column.name)
    if not isinstance(other, AlterColumn) or not isinstance(change, AlterColumn):
        return False
    return (other.table, other.after.name) == (change.table, change.after.name) and not other.after.nullable


def _is_null(column: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(column)}[\"`\]]?\s+IS\s+NULL", re.IGNORECASE)
