"""The order of changes of one rank: that of the objects in the database before, or in the one after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from attrs import frozen

from refract.diff.rank import Rank
from refract.diff.tables import Ranked
from refract.schema import changes as c
from refract.schema.model import Database, ForeignKey, Index, QualifiedName

_SORTED = frozenset({Rank.DROP_FOREIGN_KEY, Rank.DROP_INDEX, Rank.CREATE_INDEX, Rank.ADD_FOREIGN_KEY})
_Places = Mapping[QualifiedName, int]


@frozen
class _Order:
    """Both databases, and the place of each table in them."""

    before: Database
    after: Database
    places_before: _Places
    places_after: _Places


def in_prismas_order(steps: Sequence[Ranked], before: Database, after: Database) -> tuple[c.Change, ...]:
    """The changes of steps that are sorted by rank."""
    order: _Order | None = None
    changes: list[c.Change] = []
    for rank, group in groupby(steps, key=lambda ranked: ranked[0]):
        together = [change for _, change in group]
        if rank in _SORTED and len(together) > 1:
            order = order or _order(before, after)
            together.sort(key=_key(order))
        changes += together
    return tuple(changes)


def _order(before: Database, after: Database) -> _Order:
    return _Order(before, after, _places(before), _places(after))


def _places(database: Database) -> _Places:
    return {name: place for place, name in enumerate(database.tables)}


def _key(order: _Order) -> Callable[[c.Change], tuple[int, int, int]]:
    def place(change: c.Change) -> tuple[int, int, int]:
        match change:
            case c.DropForeignKey(table=table, foreign_key=key):
                return (0, *_place(table, key, order.before, order.places_before))
            case c.DropIndex(table=table, index=index):
                return (0, *_place(table, index, order.before, order.places_before))
            case c.AddForeignKey(table=table, foreign_key=key):
                return (0, *_place(table, key, order.after, order.places_after))
            case c.CreateIndex(table=table, index=index):
                known = table in order.places_before
                places = order.places_before if known else order.places_after
                return (int(known), *_place(table, index, order.after, places))
        return (0, 0, 0)

    return place


def _place(name: QualifiedName, part: ForeignKey | Index, database: Database, places: _Places) -> tuple[int, int]:
    """The places of a table, and of a key or index in it."""
    table = database.tables.get(name)
    if table is None:
        return places.get(name, 0), 0
    parts: Sequence[ForeignKey | Index] = table.foreign_keys if isinstance(part, ForeignKey) else table.indexes
    same = next((place for place, held in enumerate(parts) if held is part), None)
    return places[name], same if same is not None else parts.index(part) if part in parts else 0
