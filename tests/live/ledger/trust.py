"""Which columns must hold what the ledger says: those that everything which lives keeps in step.

A column that a plan adds is in step once it is filled. It is no longer when a version writes what it means through other
columns and nothing in the database copies that over. Tables are named as they were before the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from live.ledger.meaning import Meaning, Place, filled_table
from live.ledger.speech import Application, SpokenTable
from refract.recipes.base import Fill, Sync, Trigger
from refract.recipes.engine import PlannedStep
from refract.schema.model import Database

Trusted = frozenset[Place]


def places(meaning: Meaning, database: Database) -> Trusted:
    """All columns of a database."""
    return frozenset((meaning.home(t.name.name), c.name) for t in database.tables.values() for c in t.columns)


def narrowed(
    meaning: Meaning, trusted: Trusted, live: Iterable[Application], syncs: Sequence[Sync | Trigger]
) -> Trusted:
    """What stays in step while these versions write."""
    for version in live:
        spoken = frozenset(_spoken(meaning, version))
        trusted = frozenset(
            place
            for place in trusted
            if not (through := _same(meaning, spoken, place))
            or place in through
            or any(_copies(meaning, thing, through, place) for thing in syncs)
        )
    return trusted


def widened(
    meaning: Meaning, trusted: Trusted, before: Database, after: Database, fills: Sequence[Fill], to_fill: Trusted
) -> Trusted:
    """What is in step when a step is done: what it has filled or renamed, and new columns that nothing has to fill."""
    had, has = places(meaning, before), places(meaning, after)
    new = has - had - to_fill
    renamed = frozenset(p for p in new if _same(meaning, trusted - has, p))
    alone = frozenset(p for p in new if not _same(meaning, had, p))
    return (trusted & has) | (filled(meaning, fills, after) & has) | renamed | alone


def to_be_filled(meaning: Meaning, plan: Sequence[PlannedStep]) -> Trusted:
    """The columns that hold nothing until a step of the plan fills them."""
    return frozenset(p for step in plan for p in filled(meaning, step.step.fills, step.database))


def filled(meaning: Meaning, fills: Iterable[Fill], database: Database) -> Trusted:
    """The columns that rows get values in: those that are set, or all of a table that rows are copied to."""
    found: set[Place] = set()
    for fill in fills:
        if into := filled_table(fill):
            found |= {place for place in places(meaning, database) if place[0] == meaning.home(into)}
        found |= {(meaning.home(fill.table.name.name), column) for column, _ in fill.sets}
    return frozenset(found)


def has_every_row(meaning: Meaning, trusted: Trusted, table: SpokenTable) -> bool:
    """Whether a table must hold the rows that the ledger has, and no others: its key is in step."""
    return all((meaning.home(table.name.name), name) in trusted for name in table.key)


def _same(meaning: Meaning, among: Iterable[Place], place: Place) -> set[Place]:
    return {other for other in among if meaning.attribute(*other) == meaning.attribute(*place)}


def _spoken(meaning: Meaning, version: Application) -> Iterator[Place]:
    for table in version.tables:
        yield from ((meaning.home(table.name.name), column.name) for column in table.columns)
    for links in version.links:
        yield from ((meaning.home(links.name.name), column.name) for column, _ in links.ends)


def _copies(meaning: Meaning, thing: Sync | Trigger, through: set[Place], place: Place) -> bool:
    """Whether what is written through other columns comes to this one."""
    table = meaning.home(thing.table.name)
    if isinstance(thing, Trigger):
        return any(written == table for written, _ in through) and place[0] != table
    forward, backward = ({(table, column) for column, _ in side} for side in (thing.forward, thing.backward))
    return (place in forward and bool(through & backward)) or (place in backward and bool(through & forward))
