"""MySQL and MariaDB: the indexes that the server makes for foreign keys.

A foreign key whose columns begin no index gets one, under its own name or (if it has none) that of its first column.
The index goes when a written one begins with the same columns, or when another key gets one for them. It outlives its
key.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from refract.schema.model import Database, ForeignKey, Index, IndexColumn, Table


def with_all_key_indexes(database: Database) -> Database:
    """A database that its schema describes, with the indexes that the server makes for its keys."""
    tables = {name: with_key_indexes(table, table.foreign_keys) for name, table in database.tables.items()}
    return evolve(database, tables=tables)


def with_key_indexes(table: Table, new: Iterable[ForeignKey]) -> Table:
    """A table with the indexes that its `new` keys need, and without those that have become needless."""
    for key in new:
        if not any(begins(x, key.columns) for x in table.indexes if not x.of_key) and not is_primary(table, key):
            table = evolve(table, indexes=(*table.indexes, _made(key, table)))
    kept = tuple(x for x in table.indexes if not (x.of_key and _is_served(x, table)))
    return table if len(kept) == len(table.indexes) else evolve(table, indexes=kept)


def begins(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether a key on the columns can use the index."""
    parts = index.columns[: len(columns)]
    names = tuple(part.name for part in parts if part.length is None)
    return names == columns and index.type == "BTREE"


def is_primary(table: Table, key: ForeignKey) -> bool:
    """Whether a key can use the primary key of its table."""
    return _is_first(key.columns, table)


def free_name(column: str, held: Iterable[Index]) -> str:
    """The name of an index without one: that of its first column, numbered if it is taken."""
    taken = {x.name.lower() for x in held} | {"primary"}
    name, number = column, 1
    while name.lower() in taken:
        number += 1
        name = f"{column}_{number}"
    return name


def _made(key: ForeignKey, table: Table) -> Index:
    # The index of an earlier key for these columns goes, so that its name is free.
    rest = [x for x in table.indexes if not (x.of_key and tuple(p.name for p in x.columns) == key.columns)]
    name = key.name if key.index_name is None else free_name(key.index_name, rest)
    return Index(name, tuple(map(IndexColumn, key.columns)), of_key=True, origin=key.origin)


def _is_served(made: Index, table: Table) -> bool:
    """Whether another index makes an index for a key needless: a written one, or a later one for a key."""
    columns = tuple(part.name for part in made.columns)
    place = table.indexes.index(made)
    rest = (x for at, x in enumerate(table.indexes) if x is not made and (at > place or not x.of_key))
    return _is_first(columns, table) or any(begins(index, columns) for index in rest)


def _is_first(columns: tuple[str, ...], table: Table) -> bool:
    primary = table.primary_key
    return primary is not None and tuple(part.name for part in primary.columns)[: len(columns)] == columns
