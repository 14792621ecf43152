"""How Prisma's differ treats each database: what can be altered in place, what is dropped and recreated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from attrs import evolve, frozen

from refract.schema.changes import (
    AddColumn,
    AlterColumn,
    CreateIndex,
    DropColumn,
    DropIndex,
    RecreateColumn,
    RecreateIndex,
    RenameColumn,
    RenameIndex,
    TableChange,
)
from refract.schema.model import Database, Index, Table

MustRedefine = Callable[[Table, Sequence[TableChange]], bool]


class Inline(Enum):
    """Which indexes are inside CREATE TABLE."""

    NONE = "none"
    UNIQUE = "unique"
    ALL = "all"


class AutoIncrement(Enum):
    """How a column counts: implied (nothing to alter), by a separate sequence or property, or by an ordinary default."""

    IMPLIED = "implied"
    SEQUENCE = "sequence"
    DEFAULT = "default"


def _never(_: Table, __: Sequence[TableChange]) -> bool:
    return False


@frozen
class DifferTraits:
    """One database. The traits describe what Prisma does there, not what the database could do.

    `redefines`: whether a table must be rebuilt for such changes.
    `recreated_column_spoils_indexes`: an index on a column that is dropped and added blocks the change. Prisma
    ignores that, and MySQL then refuses its SQL ("Incorrect prefix key").
    `sees_partial_indexes`: those that only migrations make are compared, as Prisma does with its preview feature.
    `casts_indexed_columns`: columns in an index or key can change their type in place.
    `pairs_partial_indexes`: those that only migrations make get the name of the schema's index on the same columns.
    `index_of_constraint`: how a name begins that the server gives to the index of a UNIQUE constraint, and to no other.
    """

    enum_types: bool = False
    inline_indexes: Inline = Inline.NONE
    inline_foreign_keys: bool = False
    renames_foreign_keys: bool = True
    alters_primary_keys: bool = False
    auto_increment: AutoIncrement = AutoIncrement.SEQUENCE
    compares_json_defaults: bool = True
    holds_bytes_defaults: bool = True
    compares_clustering: bool = False
    casts_indexed_columns: bool = True
    column_drop_drops_indexes: bool = False
    type_change_rebuilds_indexes: bool = False
    recreated_column_spoils_indexes: bool = False
    foreign_key_column_can_become_required: bool = True
    foreign_keys_follow_redefined_table: bool = False
    foreign_keys_make_indexes: bool = False
    schemas: bool = False
    takes_included_for_columns: bool = False
    sees_partial_indexes: bool = False
    pairs_partial_indexes: bool = True
    index_of_constraint: str = ""
    redefines: MustRedefine = _never

    def is_inline(self, index: Index) -> bool:
        """Whether a new table's index is inside its CREATE TABLE."""
        return self.inline_indexes is Inline.ALL or (self.inline_indexes is Inline.UNIQUE and index.unique)


_ON_INDEXES = (CreateIndex, DropIndex, RenameIndex, RecreateIndex)


def _sqlite_redefines(_: Table, changes: Sequence[TableChange]) -> bool:
    """SQLite's ALTER TABLE can only add an optional column or rename one. It drops no index of a UNIQUE constraint."""
    return not all(
        (isinstance(x, _ON_INDEXES) and not _drops_constraint(x))
        or isinstance(x, RenameColumn)
        or (isinstance(x, AddColumn) and x.column.nullable)
        for x in changes
    )


def _drops_constraint(change: TableChange) -> bool:
    index = change.index if isinstance(change, DropIndex) else getattr(change, "before", None)
    return isinstance(index, Index) and index.constraint


def _cockroachdb_redefines(before: Table, changes: Sequence[TableChange]) -> bool:
    """CockroachDB cannot drop the column that is the primary key."""
    key = before.primary_key
    if key is None or len(key.columns) != 1:
        return False
    gone = {
        x.column.name if isinstance(x, DropColumn) else x.before.name
        for x in changes
        if isinstance(x, DropColumn | RecreateColumn)
    }
    return key.columns[0].name in gone


def _sqlserver_redefines(before: Table, changes: Sequence[TableChange]) -> bool:
    """SQL Server can neither add nor remove IDENTITY, nor drop all columns of a table."""
    altered = (x for x in changes if isinstance(x, AlterColumn | RecreateColumn))
    if any(x.before.auto_increment != x.after.auto_increment for x in altered):
        return True
    dropped = {x.column.name for x in changes if isinstance(x, DropColumn)}
    recreated = {x.before.name for x in changes if isinstance(x, RecreateColumn)}
    return {c.name for c in before.columns} - dropped == recreated


_TRAITS: Mapping[str, DifferTraits] = {
    "postgresql": DifferTraits(
        enum_types=True, column_drop_drops_indexes=True, schemas=True, takes_included_for_columns=True
    ),
    "cockroachdb": DifferTraits(
        enum_types=True,
        auto_increment=AutoIncrement.DEFAULT,
        alters_primary_keys=True,
        casts_indexed_columns=False,
        column_drop_drops_indexes=True,
        foreign_keys_follow_redefined_table=True,
        schemas=True,
        redefines=_cockroachdb_redefines,
    ),
    "sqlite": DifferTraits(
        pairs_partial_indexes=False,
        index_of_constraint="sqlite_autoindex_",
        auto_increment=AutoIncrement.IMPLIED,
        inline_foreign_keys=True,
        renames_foreign_keys=False,
        redefines=_sqlite_redefines,
    ),
    "mysql": DifferTraits(
        inline_indexes=Inline.ALL,
        renames_foreign_keys=False,
        compares_json_defaults=False,
        holds_bytes_defaults=False,
        recreated_column_spoils_indexes=True,
        foreign_key_column_can_become_required=False,
        foreign_keys_make_indexes=True,
    ),
    "sqlserver": DifferTraits(
        inline_indexes=Inline.UNIQUE,
        compares_clustering=True,
        type_change_rebuilds_indexes=True,
        foreign_keys_follow_redefined_table=True,
        schemas=True,
        redefines=_sqlserver_redefines,
    ),
    "mongodb": DifferTraits(),
}


def differ_traits(provider: str) -> DifferTraits:
    """How a provider's databases are treated. Raises KeyError for an unknown provider."""
    return _TRAITS[provider]


_SEEING = {name: evolve(traits, sees_partial_indexes=True) for name, traits in _TRAITS.items()}


def traits_between(before: Database, after: Database) -> DifferTraits:
    """How tables of these two are compared."""
    sees = before.sees_partial_indexes or after.sees_partial_indexes
    return (_SEEING if sees else _TRAITS)[after.provider]
