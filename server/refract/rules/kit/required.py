"""New required columns for which existing rows have no value: shared by the two rules about them."""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk
from refract.rules.kit.words import column_label, sentences, table_label
from refract.schema.changes import AddColumn
from refract.schema.model import Column

_DATES = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
"""MySQL's strict mode has no implicit date: 0000-00-00 is refused (NO_ZERO_DATE, error 1292)."""


def without_value(context: RuleContext) -> Iterator[AddColumn]:
    """Columns added to tables that existed, which must hold a value and have none to give."""
    return (c for c in context.on_existing(AddColumn) if _needs_value(c.column))


def _needs_value(column: Column) -> bool:
    given = column.default is not None or column.auto_increment or column.generated is not None
    return not (column.nullable or given or column.type.is_list)


def risk(context: RuleContext, change: AddColumn, why: str, cure: str) -> Risk:
    """The finding about one such column; `why` says what the schema misleads one to expect."""
    label = column_label(context, change.table, change.column)
    return Risk(
        key=f"{change.table}.{change.column.name}",
        what=sentences(f"{label} is required and {why}.", _outcome(context, change), cure),
        change=change,
    )


def _outcome(context: RuleContext, change: AddColumn) -> str:
    facts = context.behaviour
    table = table_label(context, change.table)
    if facts.schemaless:
        return f"Documents of {table} that exist do not have it, and Prisma Client fails when it reads one of them."
    old_code = "and running programs that do not know the column can no longer insert."
    if facts.implicit_value and change.column.type.name not in _DATES:
        return f"Existing rows of {table} silently get {facts.implicit_value}, {old_code}"
    return f"The migration fails if {table} has any row, {old_code}"
