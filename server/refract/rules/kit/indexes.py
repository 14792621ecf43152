"""Indexes built on tables that hold rows: shared by the rules about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from refract.diff.server_words import same_predicate
from refract.escaping import prisma_string
from refract.providers.operation import Blocks, Operation
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Severity
from refract.rules.kit.labels import field_name, is_join_table
from refract.schema.changes import CreateIndex, DropIndex, RecreateIndex
from refract.schema.model import Column, Index, IndexColumn, QualifiedName, Table


@frozen
class BuiltIndex:
    """An index to be built, and how the build locks the table."""

    change: CreateIndex | RecreateIndex
    index: Index
    operation: Operation

    @property
    def blocks(self) -> bool:
        """Whether queries have to wait."""
        return self.operation.blocks is not Blocks.NOTHING


def built_indexes(context: RuleContext) -> Iterator[BuiltIndex]:
    """Indexes built on tables that existed."""
    for change in context.diff.changes:
        if not isinstance(change, CreateIndex | RecreateIndex) or context.is_new(change.table):
            continue
        index = change.index if isinstance(change, CreateIndex) else change.after
        if index.type != "EXCLUDE" and not _follows_from_rename(context, change.table, index):
            yield BuiltIndex(change, index, _operation(context, change, index))


def _follows_from_rename(context: RuleContext, name: QualifiedName, index: Index) -> bool:
    """Whether the index existed under the columns' old names: a rename would keep it."""
    columns = [c.name for c in index.columns]
    former = [context.former_name(name, c) for c in columns]
    table = context.before.tables.get(name)
    if former == columns or table is None:
        return False
    return any(i.unique == index.unique and [c.name for c in i.columns] == former for i in table.indexes)


def _operation(context: RuleContext, change: CreateIndex | RecreateIndex, index: Index) -> Operation:
    facts = context.behaviour
    if isinstance(change, CreateIndex) and change.concurrently:
        return Operation(Blocks.NOTHING)
    if index.unique and index.constraint and facts.add_unique_constraint is not None:
        return facts.add_unique_constraint
    return facts.special_indexes.get(index.type, facts.create_unique if index.unique else facts.create_index)


def already_unique(
    context: RuleContext, name: QualifiedName, columns: Iterable[str], condition: str | None = None
) -> bool:
    """Whether no two rows of the table before the change, or of those that meet the condition, can hold the same values
    in these columns.
    """
    table = context.before.tables.get(name)
    if table is None:
        return False
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [i.columns for i in table.indexes if i.unique and (i.where is None or same_predicate(i.where, condition))]
    wanted = set(columns)
    names = [(key, {part.name for part in key}) for key in keys]
    return any(found == wanted or (_is_known(table, key) and found <= wanted) for key, found in names)


def numbers_rows(column: Column) -> bool:
    """Whether the database gives each existing row another value when the column is added."""
    text = column.default.text if column.default else ""
    return column.auto_increment or _DISTINCT_DEFAULT.search(text) is not None


_DISTINCT_DEFAULT = re.compile(r"uuid|\bnewid\b|newsequentialid|nextval|unique_rowid|randomblob", re.IGNORECASE)


def _is_known(table: Table, key: Sequence[IndexColumn]) -> bool:
    """Whether a key is over plain columns that hold a value in every row: NULLs would be no duplicates of each other."""
    columns = [table.column(part.name) for part in key]
    return all(c is not None and not c.nullable for c in columns)


def drops_only_the_index(context: RuleContext, change: DropIndex) -> bool:
    """Whether the index is dropped while its table and columns are kept under their names."""
    names = [c.name for c in change.index.columns if c.name]
    table = context.after.tables.get(change.table)
    if table is None or context.is_renamed(change.table, names):
        return False
    return all(table.column(name) is not None for name in names)


def guards_values(context: RuleContext, change: DropIndex) -> bool:
    """Whether only this unique index keeps two rows from holding the same values."""
    guards = change.index.unique and change.index.where is None and change.index.valid
    return guards and not _is_still_unique(context, change)


def _is_still_unique(context: RuleContext, change: DropIndex) -> bool:
    table = context.after.tables[change.table]
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [i.columns for i in table.indexes if i.unique and i.where is None]
    wanted = {part.name for part in change.index.columns}
    return is_join_table(table) or any({part.name for part in key} <= wanted for key in keys)


_ACCESS = {"GIN": "Gin", "GIST": "Gist", "SPGIST": "SpGist", "BRIN": "Brin"}
"""The access methods that nobody writes without meaning to, by Prisma's names of them."""


def index_attribute(index: Index, table: Table) -> str:
    """The `@@index` that gives a schema an index of PostgreSQL's other access methods; empty if none can."""
    columns = [table.column(part.name) for part in index.columns]
    if index.type not in _ACCESS or index.where is not None or not all(columns) or index.unique:
        return ""
    parts = (_part(part, field_name(column)) for part, column in zip(index.columns, columns, strict=True) if column)
    return f"@@index([{', '.join(parts)}], type: {_ACCESS[index.type]}, map: {prisma_string(index.name)})"


def _part(part: IndexColumn, field: str) -> str:
    return f"{field}(ops: raw({prisma_string(part.ops)}))" if part.ops else field


def severity(built: BuiltIndex) -> Severity:
    """A database in one file has few writers, so the wait is only worth knowing."""
    return Severity.INFO if built.operation.blocks is Blocks.DATABASE else Severity.WARNING


def index_key(built: BuiltIndex) -> str:
    """The index as a finding's key names it."""
    return f"{built.change.table}.{built.index.name}"
