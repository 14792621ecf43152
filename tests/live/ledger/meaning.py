"""Which columns mean the same, and how each of them spells a value.

A value of the ledger is a token: a number, of which every column has its own spelling (`name 7`, `7`, the 7th second of
2020), a text where only the text itself will do (a value of an enum, a default), or None. So what an old version of an
application wrote through its columns can be compared with what a new one reads through others, and no SQL of the plan
has a part in it. Which columns mean the same is read off the plan: renames, and what fills what.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeAlias, TypeVar

from attrs import field, frozen

from live.ledger.speech import LinkEnd, SpokenLinks, is_join_table, one_to_one, unique_keys
from refract.recipes.base import Fill, Step
from refract.recipes.engine import PlannedStep
from refract.schema.changes import RenameColumn, RenameTable
from refract.schema.model import Column, Database, DefaultKind, Table

Place: TypeAlias = tuple[str, str]  # a table and a column
Attribute: TypeAlias = Place  # the first of all places that mean the same


class Unknown(Enum):
    """The one value that is not known: what the database chose by itself."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Token: TypeAlias = int | str | Unknown | None

_T = TypeVar("_T", str, Place)

_INTO = re.compile(r"INSERT INTO \W*(\w+)")
_MENTION = re.compile(r"\{row\}\.[\"`\[]([^\"`\]]+)")
_START = datetime(2020, 1, 1)
_NUMBERS = frozenset({"INTEGER", "INT", "BIGINT", "SMALLINT", "TINYINT"})
_FRACTIONS = frozenset({"DOUBLE PRECISION", "DOUBLE", "REAL", "FLOAT", "DECIMAL"})
_TEXTS = frozenset({"TEXT", "VARCHAR", "CHAR", "CITEXT", "LONGTEXT", "STRING"})
_TIMES = frozenset({"TIMESTAMP", "TIMESTAMPTZ", "DATETIME"})


@frozen
class Notes:
    """What a case says that its plan does not: `same` places, `words` that mean others, what is `filled` in for nothing."""

    same: Mapping[Place, Place] = field(factory=dict)
    words: Mapping[str, str] = field(factory=dict)
    filled: Mapping[Place, Token] = field(factory=dict)


@frozen(eq=False)
class Meaning:
    """What places mean. `copies` are tables whose rows are those of another, `parts` what a place holds together.

    `values` are those of the enum that one of the places is of.
    """

    notes: Notes
    _homes: Mapping[str, str]
    copies: Mapping[str, str]
    _attributes: Mapping[Place, Attribute]
    parts: Mapping[Attribute, tuple[Place, ...]]
    digits: frozenset[Attribute]
    fixed: frozenset[Attribute]
    pointing: Mapping[Attribute, Attribute]
    owners: Mapping[str, str]
    required: frozenset[Attribute]
    values: Mapping[Attribute, tuple[str, ...]]

    def home(self, table: str) -> str:
        """The name that a table had before the plan."""
        return _root(self._homes, table)

    def original(self, table: str) -> str:
        """The table that a table is a copy of, as it was before the plan; itself for most."""
        return _root(self.copies, self.home(table))

    def entity(self, table: str) -> str:
        """The table whose rows those of `table` belong to, one to one; itself for most."""
        home = self.original(table)
        while home in self.owners:
            home = self.owners[home]
        return home

    def attribute(self, table: str, column: str) -> Attribute:
        """What a column means."""
        return _root(self._attributes, (table, column))

    def ends(self, links: SpokenLinks) -> tuple[LinkEnd, LinkEnd]:
        """Whose links a join table holds, and to what: where they mean what a column meant, its row's; else the first's."""
        one, other = links.ends
        place = (links.name.name, one[0].name)
        return (other, one) if self.attribute(*place) != place else (one, other)

    def token(self, value: object) -> object:
        """A text that means another as that other."""
        return self.notes.words.get(value, value) if isinstance(value, str) else value

    def same(self, value: object, expected: object) -> bool:
        """Whether what is read is what was written."""
        return self.token(value) == self.token(expected)

    def spelled(self, table: str, column: Column, token: Token) -> object:
        """A token as a column holds it."""
        if token is None and column.type.is_list:
            return []
        if token is None or token is UNKNOWN:
            return token
        attribute = self.attribute(table, column.name)
        parts = self.parts.get(attribute, ())
        if isinstance(token, int) and parts:
            words = [f"{name}{token}" for place in parts for name in [place[1]]]
            return words[parts.index((table, column.name))] if (table, column.name) in parts else " ".join(words)
        single = _spelled(column, token, str(token) if attribute in self.digits else f"{attribute[1]} {token}")
        return [single] if column.type.is_list else single


def meaning(start: Database, plan: Sequence[PlannedStep], notes: Notes) -> Meaning:
    """What the places of a plan mean."""
    homes: dict[str, str] = {}
    same: dict[Place, Place] = {}
    parts: dict[Place, tuple[Place, ...]] = {}
    copies: dict[str, str] = {}
    databases = (start, *(step.database for step in plan))
    for step in plan:
        _renames(step.step, homes, same)
        for fill in step.step.fills:
            _filled(fill, same, parts)
            _copied(fill, step.database, copies, same)
    for place, other in notes.same.items():
        same[_root(same, place)] = _root(same, other)
    tables = [table for database in databases for table in database.tables.values()]
    owners = dict(_owners(databases, {**homes, **copies}, same))
    return Meaning(
        notes,
        homes,
        copies,
        same,
        {_root(same, place): named for place, named in parts.items()},
        frozenset(_root(same, p) for p, c in _places(databases) if c.type.name in _NUMBERS),
        frozenset(_root(same, (t.name.name, c)) for t in tables for c in _fixed(t)),
        dict(_pointing(tables, same)),
        owners,
        frozenset(_root(same, place) for place, column in _places(databases[-1:]) if not column.nullable),
        {
            _root(same, place): tuple(v.name for v in start.enums[column.type.enum].values)
            for place, column in _places((start,))
            if column.type.enum is not None
        },
    )


def filled_table(fill: Fill) -> str:
    """The table that a backfill puts rows into; empty for one that changes those that are there."""
    found = _INTO.search(fill.statement)
    return found[1] if found else ""


def default_token(column: Column) -> Token:
    """The token of a column's default, where it is one value for all rows."""
    default = column.default
    if default is None or column.type.is_list:
        return UNKNOWN
    if default.kind is DefaultKind.STRING:
        return default.text
    if default.kind is DefaultKind.NUMBER and column.type.name in _NUMBERS:
        return int(default.text)
    return UNKNOWN


def _spelled(column: Column, token: int | str, text: str) -> object:
    name = column.type.name
    if isinstance(token, str) or column.type.enum is not None:
        return token
    if name in _NUMBERS:
        return token
    if name in _TEXTS:
        return text
    if name in _FRACTIONS:
        return float(token)
    if name in _TIMES:
        return _START + timedelta(seconds=token)
    if name == "BOOLEAN":
        return token % 2 == 1
    if name in ("JSON", "JSONB"):
        return {"number": token}
    if name == "UUID":
        return str(uuid.UUID(int=token))
    raise ValueError(f"the ledger has no values for {column.name} of type {name}")


def _renames(step: Step, homes: dict[str, str], same: dict[Place, Place]) -> None:
    for change in step.changes:
        if isinstance(change, RenameTable):
            before, after = change.before.name.name, change.after.name.name
            homes[after] = _root(homes, before)
            for column in change.before.columns:
                same[(after, column.name)] = _root(same, (before, column.name))
        if isinstance(change, RenameColumn):
            table = change.table.name
            same[(table, change.after.name)] = _root(same, (table, change.before.name))


def _filled(fill: Fill, same: dict[Place, Place], parts: dict[Place, tuple[Place, ...]]) -> None:
    """Columns that are filled from others of their row mean the same as those."""
    table = fill.table.name.name
    targets = [(table, column) for column, _ in fill.sets]
    named = dict.fromkeys(n for _, e in fill.sets if "SELECT" not in e for n in _MENTION.findall(e))
    sources = [(table, n) for n in named if (table, n) not in targets]
    if not sources:
        return
    first, *others = dict.fromkeys(_root(same, place) for place in (*sources, *targets))
    for other in others:
        same[other] = first
    for one, many in ((sources, targets), (targets, sources)):
        if len(one) == 1 and len(many) > 1:
            parts[first] = tuple(many)


def _copied(fill: Fill, database: Database, copies: dict[str, str], same: dict[Place, Place]) -> None:
    """A table with the columns and the key of another, from which its rows are copied, holds the same rows."""
    source = fill.table
    copy = next((t for t in database.tables.values() if t.name.name == filled_table(fill)), None)
    if copy is None or {c.name for c in copy.columns} != {c.name for c in source.columns}:
        return
    copies[copy.name.name] = source.name.name
    for column in copy.columns:
        same[(copy.name.name, column.name)] = _root(same, (source.name.name, column.name))


def _owners(databases: Iterable[Database], homes: Mapping[str, str], same: dict[Place, Place]) -> Iterator[Place]:
    """The tables whose rows belong to one of another table; the key of both is the same from then on."""
    for database in databases:
        for table in database.tables.values():
            for key in one_to_one(table):
                other = key.referenced_table.name
                for column, referenced in zip(key.columns, key.referenced_columns, strict=True):
                    place, target = _root(same, (table.name.name, column)), _root(same, (other, referenced))
                    if place != target:
                        same[place] = target
                yield _root(homes, table.name.name), _root(homes, other)


def _fixed(table: Table) -> Iterator[str]:
    """The columns that the ledger never changes: keys, and what ties a row to the one that it belongs to."""
    if not is_join_table(table):
        yield from next(unique_keys(table), ())
        yield from (column for key in one_to_one(table) for column in key.columns)


def _pointing(tables: Iterable[Table], same: Mapping[Place, Place]) -> Iterator[tuple[Attribute, Attribute]]:
    """What points at any row of another table, and at what. A row that belongs to one other has that one's key instead."""
    for table in tables:
        tied = {column for key in one_to_one(table) for column in key.columns}
        for key in table.foreign_keys:
            for column, other in zip(key.columns, key.referenced_columns, strict=True):
                if column not in tied:
                    target = _root(same, (key.referenced_table.name, other))
                    yield _root(same, (table.name.name, column)), target


def _places(databases: Iterable[Database]) -> Iterator[tuple[Place, Column]]:
    for database in databases:
        for table in database.tables.values():
            yield from (((table.name.name, column.name), column) for column in table.columns)


def _root(parents: Mapping[_T, _T], item: _T) -> _T:
    while item in parents and parents[item] != item:
        item = parents[item]
    return item
