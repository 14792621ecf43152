"""What a version of an application says to the database, worked out of the schema that it was built from.

Prisma Client names every column that it knows in every statement; what is ignored it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from attrs import evolve, frozen

from refract.schema.model import Column, Database, ForeignKey, QualifiedName, Table

LinkEnd: TypeAlias = tuple[Column, QualifiedName]  # a column of a join table, and the table that it points to


@frozen
class SpokenTable:
    """A table with the columns that the application knows; `key` is how it finds a row."""

    name: QualifiedName
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


@frozen
class SpokenLinks:
    """A join table: both columns with the tables that they point to."""

    name: QualifiedName
    ends: tuple[LinkEnd, LinkEnd]


@frozen(eq=False)
class Application:
    """A version of an application. `unwritten` are values of enums that it may read, but does not write: (enum, value).

    `first` is the version that was there before the plan: only the later ones do what the plan asks of programs.
    `converts`: the plan asks it to write only what another column of the same meaning can hold, too.
    """

    name: str
    database: Database
    tables: tuple[SpokenTable, ...]
    links: tuple[SpokenLinks, ...]
    first: bool
    unwritten: frozenset[tuple[str, str]] = frozenset()
    converts: bool = False

    def __str__(self) -> str:
        return self.name

    def written_values(self, column: Column) -> tuple[str, ...]:
        """The values of an enum that it writes; empty for a column of another type."""
        known = _values_of(column, self.database)
        return tuple(stored for enum, name, stored in known if not self._leaves_out(enum, name))

    def known_values(self, column: Column) -> tuple[str, ...]:
        """The values of an enum that it can read."""
        return tuple(stored for _, _, stored in _values_of(column, self.database))

    def _leaves_out(self, enum: str, value: str) -> bool:
        return any(value == other and enum in ("", of) for of, other in self.unwritten)


def _values_of(column: Column, database: Database) -> Iterator[tuple[str, str, str]]:
    """The enum, name and stored form of each value; a column that lists its values itself does not say whose they are."""
    if column.type.name == "ENUM":
        yield from (("", str(value), str(value)) for value in column.type.args)
    enum = database.enums.get(column.type.enum) if column.type.enum else None
    if enum is not None:
        yield from ((enum.enum_name, v.value_name or v.name, v.name) for v in enum.values)


def application(
    name: str,
    database: Database,
    *,
    first: bool,
    unwritten: frozenset[tuple[str, str]] = frozenset(),
    converts: bool = False,
    only: Database | None = None,
) -> Application:
    """The version that is built from the schema of a database; one that knows `only` what that other one has."""
    tables, links = [], []
    for whole in parents_first(database):
        table = whole if only is None else _only(whole, only)
        if table is None or table.ignored:
            continue
        if ends := _link_ends(table):
            links.append(SpokenLinks(table.name, ends))
        else:
            known = tuple(c for c in table.columns if not c.ignored)
            tables.append(SpokenTable(table.name, known, _key(table, {c.name for c in known})))
    return Application(name, database, tuple(tables), tuple(links), first, unwritten, converts)


def parents_first(database: Database) -> Iterator[Table]:
    """The tables of a database, each behind those that it points to."""
    left = list(database.tables.values())
    done: set[QualifiedName] = set()
    while left:
        ready = next(t for t in left if all(k.referenced_table in done | {t.name} for k in t.foreign_keys))
        left.remove(ready)
        done.add(ready.name)
        yield ready


def one_to_one(table: Table) -> Iterator[ForeignKey]:
    """The foreign keys by which a row belongs to one row of another table, and no other row does."""
    return (key for key in table.foreign_keys if key.columns in unique_keys(table) and not is_join_table(table))


def unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns that tell rows apart, the primary key first."""
    if table.primary_key is not None:
        yield tuple(part.name for part in table.primary_key.columns)
    yield from (tuple(part.name for part in i.columns) for i in table.indexes if i.unique and i.where is None)


def is_join_table(table: Table) -> bool:
    """Whether a table holds links of two others and nothing else."""
    return bool(_link_ends(table))


def _only(table: Table, other: Database) -> Table | None:
    known = other.tables.get(table.name)
    if known is None:
        return None
    columns = tuple(c for c in table.columns if known.column(c.name) is not None)
    return evolve(table, columns=columns)


def _link_ends(table: Table) -> tuple[LinkEnd, LinkEnd] | None:
    keys = {k.columns[0]: k.referenced_table for k in table.foreign_keys if len(k.columns) == 1}
    if len(table.columns) != 2 or set(keys) != {c.name for c in table.columns}:
        return None
    if not any(len(key) == 2 for key in unique_keys(table)):
        return None
    one, other = table.columns
    return ((one, keys[one.name]), (other, keys[other.name]))


def _key(table: Table, known: set[str]) -> tuple[str, ...]:
    return next(key for key in unique_keys(table) if set(key) <= known)
