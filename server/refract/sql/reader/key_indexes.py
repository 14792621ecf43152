"""MySQL and MariaDB: the indexes that the server makes for foreign keys, and keeps as statements come.

A foreign key whose columns begin no index gets one, under its own name or (if it has none) that of its first column.
The index goes when a written one begins with the same columns, or when another key gets one for them. It outlives its
key, and one that has been renamed counts as written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import ForeignKey, Index, IndexColumn, QualifiedName, Table
from refract.sql.reader.default_names import free_name
from refract.sql.reader.state import ReadingState


def settle(session: ReadingState) -> None:
    """After a statement: make and drop the indexes of the tables that it has changed."""
    changes = [change for change in session.of_this_statement if not isinstance(change, c.NotFollowed)]
    for name in dict.fromkeys(_changed(changes)):
        table = session.table(name)
        if table is not None and table.columns_known:
            session.draft.tables[name] = _settled(table, changes, session)


def _changed(changes: Iterable[c.Change]) -> Iterator[QualifiedName]:
    for change in changes:
        if isinstance(change, c.CreateTable):
            yield change.table.name
        elif isinstance(change, c.AddForeignKey | c.CreateIndex | c.DropIndex | c.AddPrimaryKey | c.DropPrimaryKey):
            yield change.table


def _settled(table: Table, changes: Sequence[c.Change], session: ReadingState) -> Table:
    for key in _new_keys(table, changes):
        if not any(_begins(index, key.columns) for index in table.indexes if not index.of_key) and not _is_primary(
            table, key
        ):
            table = evolve(table, indexes=(*table.indexes, _made(key, table)))
    table = evolve(table, indexes=tuple(x for x in table.indexes if not (x.of_key and _is_served(x, table))))
    return _without_needed_drops(table, changes, session)


def _new_keys(table: Table, changes: Sequence[c.Change]) -> list[ForeignKey]:
    if any(isinstance(x, c.CreateTable) and x.table.name == table.name for x in changes):
        return list(table.foreign_keys)
    added = {x.foreign_key.name for x in changes if isinstance(x, c.AddForeignKey) and x.table == table.name}
    return [key for key in table.foreign_keys if key.name in added]


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
    return _is_first(columns, table) or any(_begins(index, columns) for index in rest)


def _begins(index: Index, columns: tuple[str, ...]) -> bool:
    parts = index.columns[: len(columns)]
    names = tuple(part.name for part in parts if part.length is None)
    return names == columns and index.type == "BTREE"


def _is_primary(table: Table, key: ForeignKey) -> bool:
    return _is_first(key.columns, table)


def _is_first(columns: tuple[str, ...], table: Table) -> bool:
    primary = table.primary_key
    return primary is not None and tuple(part.name for part in primary.columns)[: len(columns)] == columns


def _without_needed_drops(table: Table, changes: Sequence[c.Change], session: ReadingState) -> Table:
    """The server refuses to drop the last index of a foreign key, unless it does not check keys."""
    dropped = [x.index for x in changes if isinstance(x, c.DropIndex) and x.table == table.name]
    if not session.checks_keys:
        return table
    for key in table.foreign_keys:
        if any(_begins(index, key.columns) for index in table.indexes) or _is_primary(table, key):
            continue
        needed = next((index for index in dropped if _begins(index, key.columns)), None)
        if needed is not None:
            session.not_followed(c.Misfit(c.Reason.NEEDED, "index", needed.name))
            table = evolve(table, indexes=(*table.indexes, needed))
    return table
