"""What is new, in tables that exist and in new ones: shared by the rules about style and policy."""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.labels import is_join_table
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
