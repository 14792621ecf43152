"""MySQL and MariaDB: statements make and drop the indexes that the server keeps for foreign keys.

One that has been renamed counts as written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from refract.schema import changes as c
from refract.schema.key_indexes import begins, is_primary, with_key_indexes
from refract.schema.model import ForeignKey, QualifiedName, Table
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
    return _without_needed_drops(with_key_indexes(table, _new_keys(table, changes)), changes, session)


def _new_keys(table: Table, changes: Sequence[c.Change]) -> list[ForeignKey]:
    if any(isinstance(x, c.CreateTable) and x.table.name == table.name for x in changes):
        return list(table.foreign_keys)
    added = {x.foreign_key.name for x in changes if isinstance(x, c.AddForeignKey) and x.table == table.name}
    return [key for key in table.foreign_keys if key.name in added]


def _without_needed_drops(table: Table, changes: Sequence[c.Change], session: ReadingState) -> Table:
    """The server refuses to drop the last index of a foreign key, unless it does not check keys."""
    dropped = [x.index for x in changes if isinstance(x, c.DropIndex) and x.table == table.name]
    if not session.checks_keys:
        return table
    for key in table.foreign_keys:
        if any(begins(index, key.columns) for index in table.indexes) or is_primary(table, key):
            continue
        needed = next((index for index in dropped if begins(index, key.columns)), None)
        if needed is not None:
            session.not_followed(c.Misfit(c.Reason.NEEDED, "index", needed.name))
            table = evolve(table, indexes=(*table.indexes, needed))
    return table
