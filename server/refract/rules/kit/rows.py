"""Rows that a migration changes: shared by the rules about the statements that do so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.schema.changes import Backfill, Statement, TableChange
from refract.schema.model import QualifiedName
from refract.sql.transactions import in_transaction, is_one_transaction

HOLDS_LOCKS = frozenset({"postgresql", "sqlserver"})
"""The databases on which a transaction can hold a lock on a table while it updates rows."""


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


def backfill_under_locks(context: RuleContext) -> tuple[Statement, list[str]] | None:
    """The first UPDATE in one transaction with an earlier change of a table in use, and the tables that it updates."""
    if context.provider.name not in HOLDS_LOCKS:
        return None
    locked = False
    whole = is_one_transaction(context.versions)
    for statement in context.statements if whole else in_transaction(context.statements):
        locked = locked or any(isinstance(c, TableChange) and not context.is_new(c.table) for c in statement.changes)
        tables = _rewritten(context, statement)
        if locked and tables:
            return statement, tables
    return None


def _rewritten(context: RuleContext, statement: Statement) -> list[str]:
    updates = (c for c in statement.changes if isinstance(c, Backfill) and c.verb == "UPDATE")
    return [
        table.name
        for change in updates
        for table in change.tables
        if not context.is_new(table) and not _is_one_row(context, change, table)
    ]


_QUOTE = r"""[\["`\]]?"""
_VALUE = r"(?:'[^']*'|\d+)"


def _is_one_row(context: RuleContext, update: Backfill, name: QualifiedName) -> bool:
    """Whether an UPDATE chooses its row, or a few, by values of the key."""
    table = context.before.tables.get(name)
    key = [part.name for part in table.primary_key.columns] if table and table.primary_key else []
    condition = re.split(r"\bWHERE\b", update.sql, flags=re.IGNORECASE)[-1]
    chosen = (
        rf"""^\s*\(?{_QUOTE}{re.escape(key[0])}{_QUOTE}\s*(?:=\s*{_VALUE}|IN\s*\({_VALUE}(?:\s*,\s*{_VALUE})*\s*\))"""
        if len(key) == 1
        else "(?!)"
    )
    alternative = re.search(r"\bOR\b", condition, re.IGNORECASE)
    return bool(update.filtered and re.match(chosen, condition, re.IGNORECASE) and not alternative)
