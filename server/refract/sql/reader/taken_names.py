"""MySQL, MariaDB and SQLite: names that differ only in case are one name, so a change uses the spelling of the table.

A change that makes a name twice, or an index of a column that is not there, is refused by the server.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from refract.schema import changes as c
from refract.schema.apply import Draft
from refract.schema.model import IndexColumn, QualifiedName, Table
from refract.sql.reader.traits import ReaderTraits


def fitted(change: c.Change, draft: Draft, traits: ReaderTraits) -> c.Change | c.Misfit:
    """The change with the names of columns as their table spells them, or why the server refuses it."""
    match change:
        case c.CreateTable(table=table):
            return _twice("column", (x.name for x in table.columns)) or _twice("index", _names(table)) or change
        case c.RenameTable(before=before, after=after):
            return _taken_table(before.name, after.name, draft, traits) or change
        case c.TableChange(table=name) if (held := draft.tables.get(name)) is not None:
            return _in_table(change, held, draft, traits)
    return change


def _in_table(change: c.Change, table: Table, draft: Draft, traits: ReaderTraits) -> c.Change | c.Misfit:
    columns = [x.name for x in table.columns]
    match change:
        case c.AddColumn(column=column):
            return _taken("column", column.name, columns) or change
        case c.RenameColumn(before=before, after=after):
            return _taken("column", after.name, [x for x in columns if x != before.name]) or change
        case c.RenameIndex(before=index, after=renamed):
            others = [x for x in _names(table) if x != index.name]
            return _taken("index", renamed.name, others) or change
        case c.CreateIndex():
            return _new_index(change, table, draft, traits)
        case c.AddPrimaryKey() | c.AddForeignKey():
            return _new_key(change, table, draft)
    return change


def _new_index(change: c.CreateIndex, table: Table, draft: Draft, traits: ReaderTraits) -> c.Change | c.Misfit:
    index = change.index
    parts = _spelled(index.columns, table)
    if isinstance(parts, c.Misfit):
        return parts
    taken = _taken("index", index.name, _index_names(table, draft, traits)) if index.name else None
    # An index without a name has been named like its first column, as that is written in the statement.
    by_column = parts and index.name == index.columns[0].name
    name = parts[0].name if by_column else index.name
    return taken or evolve(change, index=evolve(index, name=name, columns=parts))


def _new_key(change: c.AddPrimaryKey | c.AddForeignKey, table: Table, draft: Draft) -> c.Change | c.Misfit:
    match change:
        case c.AddPrimaryKey(primary_key=key):
            if table.primary_key is not None:
                return c.Misfit(c.Reason.EXISTS, "constraint", "PRIMARY KEY")
            parts = _spelled(key.columns, table)
            return parts if isinstance(parts, c.Misfit) else evolve(change, primary_key=evolve(key, columns=parts))
        case c.AddForeignKey(foreign_key=key):
            to = draft.tables.get(key.referenced_table)
            referenced = tuple(_spelling(x, to) for x in key.referenced_columns) if to else key.referenced_columns
            own = tuple(_spelling(x, table) for x in key.columns)
            return evolve(change, foreign_key=evolve(key, columns=own, referenced_columns=referenced))
    return change


def _index_names(table: Table, draft: Draft, traits: ReaderTraits) -> list[str]:
    """SQLite has one namespace for the indexes and tables of a database, MySQL one for the indexes of each table."""
    if not traits.is_sqlite:
        return [x.name for x in table.indexes if not x.of_key]
    tables = draft.tables.values()
    return [*(x.name.name for x in tables), *(name for x in tables for name in _names(x))]


def _names(table: Table) -> list[str]:
    return [x.name for x in table.indexes if x.name]


def _taken(what: str, name: str, names: Iterable[str]) -> c.Misfit | None:
    held = {x.lower() for x in names}
    return c.Misfit(c.Reason.EXISTS, what, name) if name.lower() in held else None


def _twice(what: str, names: Iterable[str]) -> c.Misfit | None:
    seen = set[str]()
    for name in names:
        if name.lower() in seen:
            return c.Misfit(c.Reason.EXISTS, what, name)
        seen.add(name.lower())
    return None


def _taken_table(before: QualifiedName, after: QualifiedName, draft: Draft, traits: ReaderTraits) -> c.Misfit | None:
    """Only SQLite refuses a table whose name differs in case, also the renamed one's own."""
    if traits.is_sqlite:
        return _taken("table", after.name, (x.name for x in draft.tables if x.schema == after.schema))
    return c.Misfit(c.Reason.EXISTS, "table", after.name) if after in draft.tables and after != before else None


def _spelled(parts: tuple[IndexColumn, ...], table: Table) -> tuple[IndexColumn, ...] | c.Misfit:
    spelled = tuple(_spelled_part(x, table) if x.name else x for x in parts)
    absent = next((x.name for x in spelled if x.name and table.column(x.name) is None), None)
    if absent is not None and table.columns_known:
        return c.Misfit(c.Reason.MISSING, "column", absent)
    return spelled


def _spelled_part(part: IndexColumn, table: Table) -> IndexColumn:
    """The part; a prefix of the whole length of its column is none."""
    name = _spelling(part.name, table)
    column = table.column(name)
    whole = column is not None and part.length is not None and column.type.number() == part.length
    return evolve(part, name=name, length=None if whole else part.length)


def _spelling(name: str, table: Table) -> str:
    if table.column(name) is not None:
        return name
    found = table.column_in_any_case(name)
    return found.name if found is not None else name
