"""How findings speak of tables, columns, locks and lists."""

from __future__ import annotations

from refract.diff import ProbableRename
from refract.providers.behaviour import Blocks, Operation
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Related
from refract.schema.model import Column, QualifiedName, Table
from refract.text import Origin

_MOST_REASONS = 3


def model(context: RuleContext, name: QualifiedName) -> str:
    """What Prisma calls the table, as it is after the change if it still exists; else the table's own name."""
    for database in (context.after, context.before):
        table = database.tables.get(name)
        if table is not None and table.model_name:
            return table.model_name
    return name.name


def table_label(context: RuleContext, name: QualifiedName) -> str:
    """The model's name, with the table's where it differs."""
    known = model(context, name)
    return f"`{known}`" if known == name.name else f"`{known}` (table `{name.name}`)"


def column_label(context: RuleContext, table: QualifiedName, column: Column) -> str:
    """The field's name with its model's, and the column's where it differs; the column's alone where no field is known."""
    in_table = f"`{table.name}.{column.name}`"
    if not column.field_name and model(context, table) != table.name:
        return in_table
    in_model = f"`{model(context, table)}.{column.field_name or column.name}`"
    return in_model if in_model == in_table else f"{in_model} (column {in_table})"


def field_name(column: Column) -> str:
    """What Prisma calls the column, else the column's own name."""
    return column.field_name or column.name


def because(rename: ProbableRename) -> str:
    """What speaks most for a rename."""
    return ", ".join(rename.reasons[:_MOST_REASONS])


def who_waits(operation: Operation, tables: str) -> str:
    """Sentence: the lock an operation takes on `tables`, and what waits for it. Empty when nothing does."""
    lock = f"It takes {_article(operation.lock)} {operation.lock} lock on {tables}"
    return {
        Blocks.NOTHING: "",
        Blocks.WRITES: f"{lock}: reads go on, but every INSERT, UPDATE and DELETE waits while {operation.work}.",
        Blocks.EVERYTHING: f"{lock}: every query, reads too, waits while {operation.work}.",
        Blocks.DATABASE: f"It locks the whole database file: every write, to any table, waits while {operation.work}.",
    }[operation.blocks]


def _article(word: str) -> str:
    return "an" if word[:1] in "AEIO" else "a"


def sentences(*parts: str) -> str:
    """One message of several sentences; empty ones are left out."""
    return " ".join(p for p in parts if p)


def created_here(what: str, origin: Origin | None) -> tuple[Related, ...]:
    """Points to the place that made an object, when it is known."""
    return (Related(origin, f"{what} was made here"),) if origin else ()


def join_table(table: Table) -> bool:
    """Whether this is the table that Prisma makes for an implicit many-to-many relation."""
    return table.name.name.startswith("_") and {c.name for c in table.columns} == {"A", "B"}
