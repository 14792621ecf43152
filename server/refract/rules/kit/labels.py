"""How findings name tables and columns, and where these were created."""

from __future__ import annotations

from refract.escaping import code_span
from refract.providers.operation import Blocks, Operation
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import PlaceRole, Related
from refract.schema.model import Column, QualifiedName, Table
from refract.text import Origin


def model_name(context: RuleContext, name: QualifiedName) -> str:
    """The name of the table's model, after the change if it still exists; without a model, the table's own name."""
    for database in (context.after, context.before):
        table = database.tables.get(name)
        if table is not None and table.model_name:
            return table.model_name
    return name.name


def table_label(context: RuleContext, name: QualifiedName) -> str:
    """The model's name, with the table's if that differs."""
    known = model_name(context, name)
    return code_span(known) if known == name.name else f"{code_span(known)} (table {code_span(name.name)})"


def column_label(context: RuleContext, table: QualifiedName, column: Column) -> str:
    """The field's name with its model's, and the column's if that differs; the column's alone if no field is known."""
    in_table = f"{code_span(f'{table.name}.{column.name}')}"
    if not column.field_name and model_name(context, table) != table.name:
        return in_table
    in_model = f"{code_span(f'{model_name(context, table)}.{column.field_name or column.name}')}"
    return in_model if in_model == in_table else f"{in_model} (column {in_table})"


def field_name(column: Column) -> str:
    """What Prisma calls the column, else the column's own name."""
    return column.field_name or column.name


def blocked(operation: Operation) -> str:
    """What an operation blocks, as the end of a headline."""
    return "blocks reads and writes" if operation.blocks is Blocks.EVERYTHING else "blocks writes"


def created_here(what: str, origin: Origin | None) -> tuple[Related, ...]:
    """Points to the place that made an object, when it is known."""
    return (Related(origin, PlaceRole.CREATED, what),) if origin else ()


def is_join_table(table: Table) -> bool:
    """Whether this is the table that Prisma makes for an implicit many-to-many relation."""
    return table.name.name.startswith("_") and {c.name for c in table.columns} == {"A", "B"}


def swaps_join_columns(context: RuleContext, name: QualifiedName) -> bool:
    """Whether the migration gives each of the two columns of a join table the name of the other one."""
    tables = (context.before.tables.get(name), context.after.tables.get(name))
    before, after = ([c.name for c in table.columns] if table and is_join_table(table) else [] for table in tables)
    return context.migration is not None and len(before) == len(after) == 2 and before == after[::-1]
