"""Columns that are probably renamed ones: those of one table by their traits, their places and their names, and those of
all tables by what changes in their names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from attrs import evolve, field, frozen

from refract.diff.exchanges import Exchange, Names, exchange, explained, name_the_same_sort, pairs_with_words_in_common
from refract.diff.matching import Evidence, Grounds, Match, Thing, Weights, match
from refract.providers import Provider, provider
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType, Database, Default, QualifiedName, Table


@frozen
class Former:
    """What tables and enums of the new database were probably called before."""

    tables: Mapping[QualifiedName, QualifiedName] = field(factory=dict)
    enums: Mapping[QualifiedName, QualifiedName] = field(factory=dict)

    def type(self, type_: ColumnType) -> ColumnType:
        """A column's type as it was called before."""
        former = self.enums.get(type_.enum) if type_.enum else None
        return evolve(type_, enum=former) if former else type_

    @property
    def exchanges(self) -> frozenset[Exchange]:
        """What changed in their names."""
        pairs = (*self.tables.items(), *self.enums.items())
        return frozenset(exchange(old.name, new.name) for new, old in pairs)


class _ColumnKind(NamedTuple):
    """The traits by which pairs of columns are compared, beyond their names and places."""

    type: ColumnType
    auto_increment: bool
    nullable: bool
    default: Default | None
    refers_to: QualifiedName | None
    unique: bool


_Drop = Thing[c.DropColumn, _ColumnKind]
_Add = Thing[c.AddColumn, _ColumnKind]


@frozen
class _Changed:
    """The columns that one table loses and gains."""

    drops: Sequence[_Drop]
    adds: Sequence[_Add]


def matched_columns(
    dropped: Sequence[c.DropColumn], added: Sequence[c.AddColumn], before: Database, after: Database, former: Former
) -> Iterator[Match[c.DropColumn, c.AddColumn]]:
    """The pairs of columns that are sure enough, table by table."""
    tables = list(_changed(dropped, added, before, after, former))
    grounds = partial(_column_grounds, provider(after.provider))
    of_pairs = explained([_names(table, grounds) for table in tables], former.exchanges)
    for table, evidence in zip(tables, of_pairs, strict=True):
        yield from match(table.drops, table.adds, grounds, _weights(table), _also(table), evidence)


def _changed(
    dropped: Sequence[c.DropColumn], added: Sequence[c.AddColumn], before: Database, after: Database, former: Former
) -> Iterator[_Changed]:
    by_table = {name: list(group) for name, group in groupby(sorted(added, key=_by_table), key=_by_table)}
    for name, group in groupby(sorted(dropped, key=_by_table), key=_by_table):
        old, new = before.tables.get(name), after.tables.get(name)
        if name in by_table and old is not None and new is not None:
            yield _Changed(
                _column_things(old, list(group), Former(), lambda column: {column.field_name, column.name}),
                _column_things(new, by_table[name], former, lambda column: {column.field_name}),
            )


_by_table = attrgetter("table")
_Grounds = Callable[[_ColumnKind, _ColumnKind], Grounds | None]


def _names(table: _Changed, grounds: _Grounds) -> Names:
    """The names of one table, and which of them can be one column."""
    olds, news = [x.name for x in table.drops], [x.name for x in table.adds]
    found = pairs_with_words_in_common(olds, news)
    return Names(olds, tuple(x for x in found if _can_be_one(table.drops[x.old].kind, table.adds[x.new].kind, grounds)))


def _can_be_one(old: _ColumnKind, new: _ColumnKind, grounds: _Grounds) -> bool:
    return not _refer_elsewhere(old, new) and grounds(old, new) is not None


def _refer_elsewhere(old: _ColumnKind, new: _ColumnKind) -> bool:
    return old.refers_to is not None and new.refers_to is not None and old.refers_to != new.refers_to


_MAPPED_FIELD = "field {} stays, its @map changes"


def _weights(table: _Changed) -> Weights:
    place = 0.15 + (0.1 if _is_only_one(table) and _differ_in_name_only(table) else 0)
    return Weights(0.45, alias=0.7, alias_reason=_MAPPED_FIELD, place=Evidence(place, "same place in the table"))


def _also(table: _Changed) -> list[Evidence]:
    only = Evidence(0.1, "the only column dropped and the only one added")
    return [only] if _is_only_one(table) else []


def _is_only_one(table: _Changed) -> bool:
    """Whether only one column is dropped and only one of the same sort is added: an id does not follow a number."""
    if not len(table.drops) == len(table.adds) == 1:
        return False
    return name_the_same_sort(table.drops[0].name, table.adds[0].name)


def _differ_in_name_only(table: _Changed) -> bool:
    old, new = table.drops[0].kind, table.adds[0].kind
    return (old.type, old.nullable, old.default) == (new.type, new.nullable, new.default)


def _column_grounds(provider_: Provider, old: _ColumnKind, new: _ColumnKind) -> Grounds | None:
    found = _type_evidence(provider_, old, new)
    if not found:
        return None
    same = old.nullable == new.nullable and old.default == new.default
    found.append(Evidence(0.05 if same else 0.0))
    if old.refers_to and old.refers_to == new.refers_to:
        found.append(Evidence(0.3, f"both refer to {old.refers_to.name}"))
    elif old.refers_to != new.refers_to:
        found.append(Evidence(-0.3 if _refer_elsewhere(old, new) else -0.2))
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
    table: Table, changes: Sequence[_Change], former: Former, aliases: Callable[[Column], set[str]]
) -> list[Thing[_Change, _ColumnKind]]:
    """The columns with their traits, as these were called before."""
    refers_to = {k.columns[0]: k.referenced_table for k in reversed(table.foreign_keys) if len(k.columns) == 1}
    keys = [i.columns for i in table.indexes if i.unique] + ([table.primary_key.columns] if table.primary_key else [])
    unique = {key[0].name for key in keys if len(key) == 1}
    places = _places(table, {x.column.name for x in changes})
    things = []
    for change in changes:
        x = change.column
        parent = refers_to.get(x.name)
        parent = former.tables.get(parent, parent) if parent else None
        type_ = former.type(x.type)
        kind = _ColumnKind(type_, x.auto_increment, x.nullable, x.default, parent, x.name in unique)
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
