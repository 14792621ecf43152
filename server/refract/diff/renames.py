"""Pairs of a drop and an addition that are probably renames: how sure that is, and why.

Prisma never renames: it drops and adds. A wrong guess is worse than none, so a pair must agree in its kind
(type, attributes, relation) and in its place or its name; rivals for the same drop lower the confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from attrs import frozen

from refract.diff.matching import Evidence, Grounds, Match, Thing, Weights, match
from refract.providers import Provider, provider
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType, Database, Default, QualifiedName, Table


@frozen
class ProbableRename:
    """A drop and an addition that are probably one thing under another name. `confidence` is from 0 to 1."""

    dropped: c.Change
    added: c.Change
    confidence: float
    reasons: tuple[str, ...]


@frozen
class ValueRename:
    """An enum value that probably replaced another."""

    before: str
    after: str
    confidence: float
    reasons: tuple[str, ...]


def probable_renames(changes: Sequence[c.Change], before: Database, after: Database) -> tuple[ProbableRename, ...]:
    """The probable renames among changes, in the order of the drops. Each change is in one pair at most."""
    dropped = [x for x in changes if isinstance(x, c.DropColumn | c.DropTable | c.DropEnum)]
    added = [x for x in changes if isinstance(x, c.AddColumn | c.CreateTable | c.CreateEnum)]
    if not dropped or not added:
        return ()
    tables = _tables(_of(dropped, c.DropTable), _of(added, c.CreateTable), before, after)
    enums = _enums(_of(dropped, c.DropEnum), _of(added, c.CreateEnum))
    columns = _columns(_of(dropped, c.DropColumn), _of(added, c.AddColumn), before, after)
    return (*_probable(tables), *_probable(enums), *_probable(columns))


_Dropped = TypeVar("_Dropped", bound=c.Change)
_Added = TypeVar("_Added", bound=c.Change)


def _probable(matches: Iterable[Match[_Dropped, _Added]]) -> Iterator[ProbableRename]:
    for pair in matches:
        yield ProbableRename(pair.dropped, pair.added, pair.confidence, pair.reasons)


def value_renames(change: c.AlterEnum) -> tuple[ValueRename, ...]:
    """Values of one enum that are probably others renamed: those in the same place or with similar names."""
    same_length = len(change.before.values) == len(change.after.values)
    dropped = _values(change.removed, [v.name for v in change.before.values], same_length)
    added = _values(change.added, [v.name for v in change.after.values], same_length)
    only_one = [Evidence(0.15)] if len(dropped) == len(added) == 1 else []
    found = match(dropped, added, lambda *_: _ANYTHING, _OF_VALUES, only_one)
    return tuple(ValueRename(x.dropped, x.added, x.confidence, x.reasons) for x in found)


_T = TypeVar("_T")
_ANYTHING = Grounds((Evidence(0),))
_OF_VALUES = Weights(names=0.5, place=Evidence(0.5, "same place in the enum"))


def _of(changes: Iterable[object], kind: type[_T]) -> list[_T]:
    return [x for x in changes if isinstance(x, kind)]


def _values(names: Iterable[str], order: Sequence[str], placed: bool) -> list[Thing[str, None]]:
    positions = {name: number for number, name in enumerate(order)}
    return [Thing(x, x, None, places=frozenset({positions[x]} if placed else ())) for x in names]


# Columns.


def _columns(
    dropped: Sequence[c.DropColumn], added: Sequence[c.AddColumn], before: Database, after: Database
) -> Iterator[Match[c.DropColumn, c.AddColumn]]:
    by_table = {name: list(group) for name, group in groupby(sorted(added, key=_by_table), key=_by_table)}
    for name, group in groupby(sorted(dropped, key=_by_table), key=_by_table):
        old, new = before.tables.get(name), after.tables.get(name)
        if name in by_table and old is not None and new is not None:
            yield from _columns_of(old, new, list(group), by_table[name], provider(after.provider))


_by_table = attrgetter("table")


class _ColumnKind(NamedTuple):
    """The traits by which pairs of columns are compared, beyond their names and places."""

    type: ColumnType
    auto_increment: bool
    nullable: bool
    default: Default | None
    refers_to: QualifiedName | None
    unique: bool


def _columns_of(
    old: Table, new: Table, dropped: list[c.DropColumn], added: list[c.AddColumn], provider_: Provider
) -> list[Match[c.DropColumn, c.AddColumn]]:
    """The columns that one table loses and gains."""
    drops = _column_things(old, dropped, lambda column: {column.field_name, column.name})
    adds = _column_things(new, added, lambda column: {column.field_name})
    place, also = 0.15, []
    if len(drops) == len(adds) == 1:
        also = [Evidence(0.1, "the only column dropped and the only one added")]
        place += 0.1 if _differ_in_name_only(dropped[0].column, added[0].column) else 0
    weights = Weights(0.45, alias=0.7, alias_reason=_MAPPED_FIELD, place=Evidence(place, "same place in the table"))
    return match(drops, adds, partial(_column_grounds, provider_), weights, also)


def _differ_in_name_only(old: Column, new: Column) -> bool:
    return (old.type, old.nullable, old.default) == (new.type, new.nullable, new.default)


_MAPPED_FIELD = "field {} stays, its @map changes"


def _column_grounds(provider_: Provider, old: _ColumnKind, new: _ColumnKind) -> Grounds | None:
    found = _type_evidence(provider_, old, new)
    if not found:
        return None
    same = old.nullable == new.nullable and old.default == new.default
    found.append(Evidence(0.05 if same else 0.0))
    if old.refers_to and old.refers_to == new.refers_to:
        found.append(Evidence(0.3, f"both refer to {old.refers_to.name}"))
    elif (old.refers_to is None) != (new.refers_to is None):
        found.append(Evidence(-0.2))
    if old.unique != new.unique:
        found.append(Evidence(-0.15))
    elif old.unique:
        found.append(Evidence(0.1, "both unique"))
    return Grounds(tuple(found))


def _type_evidence(provider_: Provider, old: _ColumnKind, new: _ColumnKind) -> list[Evidence]:
    if old.type == new.type and old.auto_increment == new.auto_increment:
        return [Evidence(0.2, "same type")]
    if old.type.enum or new.type.enum or old.type.is_list != new.type.is_list:
        return []
    castable = provider_.cast(Column("", old.type), Column("", new.type)) in (Cast.SAFE, Cast.NONE)
    return [Evidence(0.05, "a type that the values fit")] if castable else []


_Change = TypeVar("_Change", c.DropColumn, c.AddColumn)


def _column_things(
    table: Table, changes: Sequence[_Change], aliases: Callable[[Column], set[str]]
) -> list[Thing[_Change, _ColumnKind]]:
    refers_to = {k.columns[0]: k.referenced_table for k in reversed(table.foreign_keys) if len(k.columns) == 1}
    keys = [i.columns for i in table.indexes if i.unique] + ([table.primary_key.columns] if table.primary_key else [])
    unique = {key[0].name for key in keys if len(key) == 1}
    places = _places(table, {x.column.name for x in changes})
    things = []
    for change in changes:
        x = change.column
        kind = _ColumnKind(x.type, x.auto_increment, x.nullable, x.default, refers_to.get(x.name), x.name in unique)
        things.append(Thing(change, x.name, kind, frozenset(aliases(x) - {""}), places[x.name]))
    return things


def _places(table: Table, changed: Collection[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """The place of each column among the kept ones: after one, and before one. One of them is enough: a table has its
    columns in the order in which they were added, a model in the order that reads well.
    """
    names = [column.name for column in table.columns]
    before = _last_kept(names, changed)
    after = _last_kept(reversed(names), changed)
    found = {}
    for name in names:
        sides = {("after", before[name]), ("before", after[name])}
        known = frozenset(side for side in sides if side[1])
        found[name] = known or frozenset([("alone", "")])
    return found


def _last_kept(names: Iterable[str], changed: Collection[str]) -> Mapping[str, str]:
    """For each name the last kept one before it; empty if there is none."""
    last, found = "", {}
    for name in names:
        found[name] = last
        last = last if name in changed else name
    return found


# Tables.


class _TableKind(NamedTuple):
    """The traits by which pairs of tables are compared, beyond their names: numbers of columns, and the primary key."""

    columns: frozenset[int]
    length: int
    key: tuple[str, ...]


def _tables(
    dropped: Sequence[c.DropTable], added: Sequence[c.CreateTable], before: Database, after: Database
) -> Iterator[Match[c.DropTable, c.CreateTable]]:
    olds = [(x, before.tables.get(x.table.name, x.table)) for x in dropped]
    news = [(x, after.tables.get(x.table.name, x.table)) for x in added]
    numbers = dict[tuple[str, ColumnType | None], int]()
    drops = [
        _table_thing(x, table, {table.model_name, table.name.name}, numbers) for x, table in olds if not _joins(table)
    ]
    adds = [_table_thing(x, table, {table.model_name}, numbers) for x, table in news if not _joins(table)]
    alone = [Evidence(0.15, "the only table dropped and the only one added")] if len(drops) == len(adds) == 1 else []
    joins = match(_joining(olds), _joining(news), _join_grounds, _OF_JOIN_TABLES)
    found = [*match(drops, adds, _table_grounds, _OF_TABLES, alone), *joins]
    order = {id(change): number for number, change in enumerate(dropped)}
    yield from sorted(found, key=lambda pair: order[id(pair.dropped)])


_OF_TABLES = Weights(
    names=0.3,
    same_name=Evidence(0.4, "same name in another schema"),
    alias=0.5,
    alias_reason="model {} stays, its @@map changes",
)
_OF_JOIN_TABLES = Weights(names=0.2)
_TableChange = TypeVar("_TableChange", c.DropTable, c.CreateTable)


def _table_thing(
    change: _TableChange, table: Table, aliases: set[str], numbers: dict[tuple[str, ColumnType | None], int]
) -> Thing[_TableChange, _TableKind]:
    """Columns are the same in name and type; enums may have been moved or renamed with them."""
    columns = ((x.name, None if x.type.enum else x.type) for x in table.columns)
    key = tuple(p.name for p in table.primary_key.columns) if table.primary_key else ()
    kind = _TableKind(frozenset(numbers.setdefault(x, len(numbers)) for x in columns), len(table.columns), key)
    return Thing(change, table.name.name, kind, frozenset(aliases - {""}))


def _table_grounds(old: _TableKind, new: _TableKind) -> Grounds | None:
    return _shared_grounds(len(old.columns & new.columns), old.length, new.length, old.key == new.key)


@lru_cache(maxsize=4096)
def _shared_grounds(shared: int, old: int, new: int, same_key: bool) -> Grounds | None:
    """The evidence for two tables with these numbers of columns and of shared columns."""
    overlap = shared / max(old + new - shared, 1)
    if overlap < 0.5:
        return None
    found = [Evidence(0.6 * overlap * min(1.0, shared / 4), f"{shared} of {new} columns are the same")]
    if overlap == 1 and shared > 1:
        found.append(Evidence(0.1))
    if same_key:
        found.append(Evidence(0.1, "same primary key"))
    return Grounds(tuple(found))


def _joins(table: Table) -> bool:
    """Whether it is the join table of an implicit relation."""
    return {x.name for x in table.columns} == {"A", "B"}


def _joining(
    changes: Iterable[tuple[_TableChange, Table]],
) -> list[Thing[_TableChange, frozenset[QualifiedName]]]:
    """The join tables, which differ only in the tables that they join."""
    return [
        Thing(change, table.name.name, frozenset(k.referenced_table for k in table.foreign_keys))
        for change, table in changes
        if _joins(table)
    ]


def _join_grounds(old: frozenset[QualifiedName], new: frozenset[QualifiedName]) -> Grounds | None:
    return Grounds((Evidence(0.8, "joins the same tables"),)) if old and old == new else None


# Enums.


def _enums(dropped: Sequence[c.DropEnum], added: Sequence[c.CreateEnum]) -> list[Match[c.DropEnum, c.CreateEnum]]:
    return match([_enum_thing(x) for x in dropped], [_enum_thing(x) for x in added], _enum_grounds, _OF_ENUMS)


_OF_ENUMS = Weights(names=0.3, same_name=Evidence(0.3, "same name in another schema"))
_EnumChange = TypeVar("_EnumChange", c.DropEnum, c.CreateEnum)


def _enum_thing(change: _EnumChange) -> Thing[_EnumChange, tuple[str, ...]]:
    return Thing(change, change.enum.name.name, tuple(value.name for value in change.enum.values))


def _enum_grounds(old: tuple[str, ...], new: tuple[str, ...]) -> Grounds | None:
    shared = len(set(old).intersection(new))
    alike = 2 * shared / max(len(old) + len(new), 1)
    if alike < 0.5:
        return None
    reason = "same values" if old == new else "mostly the same values"
    return Grounds((Evidence(0.7 * alike * min(1.0, shared / 2), reason),))
