"""What is new, in tables that exist and in new ones: shared by the rules about style and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from refract.rules.kit.advice import AnyAction
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk
from refract.rules.kit.harm import AnyHarm
from refract.rules.kit.labels import column_label, is_join_table
from refract.schema.changes import AddColumn, AddForeignKey, Change, CreateIndex, CreateTable
from refract.schema.model import Column, ForeignKey, Index, QualifiedName, Table


def new_tables(context: RuleContext) -> Iterator[tuple[Table, CreateTable]]:
    """The tables that are created, without those of implicit relations."""
    return ((c.table, c) for c in context.changes(CreateTable) if not is_join_table(c.table))


def new_columns(context: RuleContext) -> Iterator[tuple[QualifiedName, Column, Change]]:
    """The columns that are added, or created with a new table."""
    for change in context.changes(AddColumn):
        yield change.table, change.column, change
    for table, created in new_tables(context):
        yield from ((table.name, column, created) for column in table.columns)


def new_foreign_keys(context: RuleContext) -> Iterator[tuple[QualifiedName, ForeignKey, Change]]:
    """The foreign keys that are added, or created with a new table."""
    for change in context.changes(AddForeignKey):
        yield change.table, change.foreign_key, change
    for created in context.changes(CreateTable):
        yield from ((created.table.name, key, created) for key in created.table.foreign_keys)


def new_indexes(context: RuleContext) -> Iterator[tuple[QualifiedName, Index, Change]]:
    """The indexes that are added, or created with a new table."""
    for change in context.changes(CreateIndex):
        yield change.table, change.index, change
    for created in context.changes(CreateTable):
        yield from ((created.table.name, index, created) for index in created.table.indexes)


def type_risks(
    context: RuleContext,
    is_unwanted: Callable[[Column], bool],
    *,
    what: str,
    harm: Iterable[AnyHarm],
    now: Iterable[AnyAction],
) -> Iterator[Risk]:
    """A risk for each new column of an unwanted type; `what` is the headline after the column's label."""
    harms, actions = tuple(harm), tuple(now)
    for table, column, change in new_columns(context):
        if is_unwanted(column):
            yield Risk(
                key=f"{table}.{column.name}",
                what=f"{column_label(context, table, column)} {what}",
                harm=harms,
                now=actions,
                change=change,
                origin=column.origin,
            )
