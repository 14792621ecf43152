"""Rows that a migration changes: shared by the rules about the statements that do so."""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.schema.changes import Backfill, Statement
from refract.schema.model import QualifiedName


def rows_changed(context: RuleContext) -> Iterator[tuple[Statement, Backfill]]:
    """What the migration does to rows, each with its statement."""
    for statement in context.statements:
        yield from ((statement, change) for change in statement.changes if isinstance(change, Backfill))


def in_use(context: RuleContext, data: Backfill) -> list[QualifiedName]:
    """The tables whose rows change, without those that are new."""
    return [table for table in data.tables if not context.is_new(table)]


def emptied(context: RuleContext, table: QualifiedName) -> bool:
    """Whether the migration itself removes all rows of the table, wherever it does."""
    gone = (d for _, d in rows_changed(context) if d.verb == "TRUNCATE" or (d.verb == "DELETE" and d.filtered is False))
    return any(table in d.tables for d in gone)
