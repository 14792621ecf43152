"""What a version of an application does: each operation is statements that name every column that it knows.

An operation is made of the ledger's tokens first, run, and written into the ledger when the database has taken it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from attrs import field, frozen

from live.ledger.ledger import Entity, Wrong, key_of, wrong_values
from live.ledger.meaning import UNKNOWN, Attribute, Meaning, Token, default_token
from live.ledger.speech import Application, SpokenLinks, SpokenTable
from live.ledger.store import Session, Store
from live.ledger.trust import Trusted, has_every_row
from refract.schema.model import Column

NULLS, DEFAULTS = 0.15, 0.1  # how many of the values that may be
LAST = 0.3  # how many of those that point at rows point at the last that was made to stay


@frozen(eq=False)
class Speaker:
    """A version of an application at a connection."""

    version: Application
    meaning: Meaning
    store: Store
    session: Session = field(repr=False)
    parents: int
    landmarks: dict[Attribute, Token] = field(factory=dict, repr=False)

    def knows(self, entity: Entity) -> bool:
        """Whether it knows every table in which the entity has a row."""
        return entity.tables <= {self.meaning.original(t.name.name) for t in self._tables(entity.table)}

    def entities(self) -> list[str]:
        """The tables that it can make rows of."""
        found = dict.fromkeys(self.meaning.entity(t.name.name) for t in self.version.tables)
        return [name for name in found if any(self.meaning.original(t.name.name) == name for t in self.version.tables)]

    def new(self, table: str, number: int, draw: random.Random) -> Entity:
        """A row to be, with those that belong to it."""
        tables = self._tables(table)
        tokens: dict[Attribute, Token] = {}
        for spoken in tables:
            for column in spoken.columns:
                attribute = self.meaning.attribute(spoken.name.name, column.name)
                chosen = attribute not in self.meaning.fixed or attribute in self.meaning.pointing
                tokens[attribute] = self._drawn(attribute, number, draw) if chosen else number
        for links in self._links(table):
            tokens[self._linked(links)] = self._drawn(self._linked(links), number, draw)
        return Entity(table, frozenset(self.meaning.original(t.name.name) for t in tables), tokens)

    def insert(self, entity: Entity) -> None:
        """Writes a new row, and those that belong to it."""
        with self.session.transaction():
            self.insert_rows(entity)
            self.insert_links(entity)

    def insert_again(self, entity: Entity, number: int, draw: random.Random) -> None:
        """Inserts the entity's rows once more, with other values, as `createMany({ skipDuplicates })` does: what is there
        has to stay.
        """
        keys = {self.meaning.attribute(t.name.name, name) for t in self._tables(entity.table) for name in t.key}
        drawn = self.new(entity.table, number, draw).tokens
        again = Entity(entity.table, entity.tables, {**drawn, **{key: entity.tokens[key] for key in keys}})
        with self.session.transaction():
            for first, *_ in self._copies(entity.table):
                statement, values = self._inserted(first, again, None)
                self.session.rows(self.store.skipping_duplicates(statement), values)

    def mark(self, entity: Entity) -> None:
        """Lets a row stay, and others point at it: a version may have written it that knows less, or more, than the first."""
        entity.lasting = True
        targets = entity.tokens.keys() & set(self.meaning.pointing.values())
        self.landmarks.update({target: entity.tokens[target] for target in targets})

    def insert_rows(self, entity: Entity) -> None:
        """The rows of a new entity."""
        for first, *copies in self._copies(entity.table):
            self._insert(first, entity)
            for copy in copies:
                self._insert_row(copy, entity, None)

    def insert_links(self, entity: Entity) -> None:
        """The links of a new entity to others."""
        for links in self._links(entity.table):
            self._link(links, entity)

    def changes(self, entity: Entity, number: int, draw: random.Random) -> dict[Attribute, Token]:
        """New values for one or two things that the entity holds."""
        places = [
            self.meaning.attribute(t.name.name, c.name) for t in self._tables(entity.table) for c in t.columns
        ] + [self._linked(links) for links in self._links(entity.table)]
        free = [a for a in dict.fromkeys(places) if a not in self.meaning.fixed]
        chosen = draw.sample(free, min(len(free), draw.randint(1, 2)))
        return {attribute: self._drawn(attribute, number, draw) for attribute in chosen}

    def update(self, entity: Entity, changes: dict[Attribute, Token]) -> None:
        """Writes new values, in all the columns that it knows for them."""
        changed = Entity(entity.table, entity.tables, {**entity.tokens, **changes})
        with self.session.transaction():
            for first, *copies in self._copies(entity.table):
                self._update(first, changed, changes)
                for copy in copies:
                    self._write_copy(copy, changed, changes)
            for links in self._links(entity.table):
                if self._linked(links) in changes:
                    self._unlink(links, entity)
                    self._link(links, changed)

    def delete(self, entity: Entity) -> None:
        """Deletes the entity's rows, those that belong to another first."""
        with self.session.transaction():
            for links in self._links(entity.table):
                self._unlink(links, entity)
            for same in reversed(self._copies(entity.table)):
                for table in same:
                    name, values = self._named(table, entity)
                    self.session.rows(f"DELETE FROM {self.store.table(table.name)} WHERE {name}", values)

    def read(self, entity: Entity, trusted: Trusted, stage: str) -> Iterator[Wrong]:
        """Reads the entity's rows, and says what is wrong with them."""
        for table in self._tables(entity.table):
            if not has_every_row(self.meaning, trusted, table):
                continue
            name, values = self._named(table, entity)
            columns = ", ".join(self.store.quote(c.name) for c in table.columns)
            rows = self.session.rows(f"SELECT {columns} FROM {self.store.table(table.name)} WHERE {name}", values)
            if len(rows) != 1:
                yield Wrong(stage, table.name.name, key_of(self.meaning, entity, table), "lost")
                continue
            yield from wrong_values(self.meaning, entity, table, self.as_stored(table, rows[0]), trusted, stage)
        for links in self._links(entity.table):
            yield from self._wrong_links(links, entity, trusted, stage)

    def all_rows(self, table: SpokenTable) -> Iterator[tuple[object, ...]]:
        """Every row of a table."""
        columns = ", ".join(self.store.quote(c.name) for c in table.columns)
        for row in self.session.rows(f"SELECT {columns} FROM {self.store.table(table.name)}"):
            yield self.as_stored(table, row)

    def all_links(self, links: SpokenLinks) -> list[tuple[object, ...]]:
        """Every link of a join table: whose, and to what."""
        (own, _), (other, _) = self.meaning.ends(links)
        names = f"{self.store.quote(own.name)}, {self.store.quote(other.name)}"
        return self.session.rows(f"SELECT {names} FROM {self.store.table(links.name)}")

    def as_stored(self, table: SpokenTable, row: tuple[object, ...]) -> tuple[object, ...]:
        """What was read, as it was stored. Raises LookupError for a value of an enum that the version does not know."""
        found = tuple(
            [] if value is None and column.type.is_list else self.store.read(value, column)  # as Prisma Client has it
            for column, value in zip(table.columns, row, strict=True)
        )
        for column, value in zip(table.columns, found, strict=True):
            known = self.version.known_values(column)
            if known and isinstance(value, str) and value not in known:
                raise LookupError(f"{self.version} does not know the value {value} of {column.name}")
        return found

    def _tables(self, entity: str) -> list[SpokenTable]:
        """The tables of an entity, those that others belong to first."""
        return [table for same in self._copies(entity) for table in same]

    def _copies(self, entity: str) -> list[list[SpokenTable]]:
        """The same, each table with its copies: plans ask programs to write these behind it."""
        groups: dict[str, list[SpokenTable]] = {}
        for table in self.version.tables:
            if self.meaning.entity(table.name.name) == entity:
                groups.setdefault(self.meaning.original(table.name.name), []).append(table)
        return [sorted(same, key=self._is_copy) for same in groups.values()]

    def _is_copy(self, table: SpokenTable) -> bool:
        return self.meaning.original(table.name.name) != self.meaning.home(table.name.name)

    def _links(self, entity: str) -> list[SpokenLinks]:
        return [
            links for links in self.version.links if self.meaning.entity(self.meaning.ends(links)[0][1].name) == entity
        ]

    def _linked(self, links: SpokenLinks) -> Attribute:
        return self.meaning.attribute(links.name.name, self.meaning.ends(links)[1][0].name)

    def _drawn(self, attribute: Attribute, number: int, draw: random.Random) -> Token:
        columns = [
            c for t in self.version.tables for c in t.columns
            if self.meaning.attribute(t.name.name, c.name) == attribute
        ]  # fmt: skip
        nullable = (
            all(c.nullable and not c.type.is_list for c in columns)
            if columns
            else attribute not in self.meaning.required
        )
        if nullable and draw.random() < NULLS and (self.version.first or attribute not in self.meaning.required):
            return None
        if attribute in self.meaning.pointing:
            return self._pointed_at(self.meaning.pointing[attribute], number, draw)
        if any(c.auto_increment for c in columns):
            return UNKNOWN
        written = [set(map(str, map(self.meaning.token, self.version.written_values(c)))) for c in columns]
        if any(written):
            return draw.choice(sorted(set.intersection(*filter(None, written))))
        if self.version.converts and attribute in self.meaning.values:
            return draw.choice(self.meaning.values[attribute])
        default = next((default_token(c) for c in columns if c.default is not None), UNKNOWN)
        return default if default is not UNKNOWN and draw.random() < DEFAULTS else number

    def _pointed_at(self, target: Attribute, number: int, draw: random.Random) -> Token:
        """The key of a row that is there, in its own table too, and stays: one of the first, or the last that is to stay."""
        if target in self.landmarks and draw.random() < LAST:
            return self.landmarks[target]
        return draw.randint(1, min(self.parents, number))

    def _insert(self, table: SpokenTable, entity: Entity) -> None:
        numbered = next((c for c in table.columns if c.auto_increment), None)
        made = self._insert_row(table, entity, numbered)
        if numbered is not None:
            assert isinstance(made, int), "a database numbers with whole numbers"
            entity.tokens[self.meaning.attribute(table.name.name, numbered.name)] = made

    def _write_copy(self, table: SpokenTable, changed: Entity, changes: dict[Attribute, Token]) -> None:
        """An update of a second table, where the row may not be yet."""
        name, values = self._named(table, changed)
        if self.session.rows(f"SELECT 1 FROM {self.store.table(table.name)} WHERE {name}", values):
            self._update(table, changed, changes)
        else:
            self._insert_row(table, changed, None)

    def _insert_row(self, table: SpokenTable, entity: Entity, numbered: Column | None) -> object:
        return self.session.insert(*self._inserted(table, entity, numbered), numbered)

    def _inserted(self, table: SpokenTable, entity: Entity, numbered: Column | None) -> tuple[str, list[object]]:
        """The INSERT of a row, and its values."""
        name = table.name.name
        given: list[tuple[Column, object]] = []
        for column in table.columns:
            value = self.meaning.spelled(name, column, entity.tokens[self.meaning.attribute(name, column.name)])
            if column != numbered and value is not UNKNOWN:
                given.append((column, self.spoken(column, value)))
        columns = ", ".join(self.store.quote(c.name) for c, _ in given)
        places = ", ".join(self.store.parameter(c) for c, _ in given)
        statement = f"INSERT INTO {self.store.table(table.name)} ({columns}) VALUES ({places})"
        return statement, [self.store.stored(v, c) for c, v in given]

    def spoken(self, column: Column, value: object) -> object:
        """A value by the word that this version has for it."""
        words = [w for w in self.version.written_values(column) if value in (w, self.meaning.token(w))]
        return random.choice(words) if words else value

    def _update(self, table: SpokenTable, changed: Entity, changes: dict[Attribute, Token]) -> None:
        name = table.name.name
        sets = [c for c in table.columns if self.meaning.attribute(name, c.name) in changes]
        if not sets:
            return
        values = [
            self.store.stored(
                self.spoken(c, self.meaning.spelled(name, c, changed.tokens[self.meaning.attribute(name, c.name)])), c
            )
            for c in sets
        ]
        where, key = self._named(table, changed)
        assigned = ", ".join(f"{self.store.quote(c.name)} = {self.store.parameter(c)}" for c in sets)
        self.session.rows(f"UPDATE {self.store.table(table.name)} SET {assigned} WHERE {where}", [*values, *key])

    def _named(self, table: SpokenTable, entity: Entity) -> tuple[str, list[object]]:
        """The condition for the entity's row."""
        columns = [c for name in table.key if (c := table.column(name)) is not None]
        where = " AND ".join(f"{self.store.quote(c.name)} = {self.store.parameter(c)}" for c in columns)
        keys = key_of(self.meaning, entity, table)
        return where, [self.store.stored(value, c) for value, c in zip(keys, columns, strict=True)]

    def _link_values(self, links: SpokenLinks, entity: Entity) -> tuple[object, object]:
        (_, table), (other, _) = self.meaning.ends(links)
        spoken = next(t for t in self.version.tables if t.name == table)
        key = key_of(self.meaning, entity, spoken)[0]
        return key, self.meaning.spelled(links.name.name, other, entity.tokens.get(self._linked(links)))

    def _link(self, links: SpokenLinks, entity: Entity) -> None:
        own, other = self._link_values(links, entity)
        if other is None:
            return
        ends = self.meaning.ends(links)
        names = ", ".join(self.store.quote(column.name) for column, _ in ends)
        places = ", ".join(self.store.parameter(column) for column, _ in ends)
        self.session.rows(f"INSERT INTO {self.store.table(links.name)} ({names}) VALUES ({places})", [own, other])

    def _unlink(self, links: SpokenLinks, entity: Entity) -> None:
        own, _ = self._link_values(links, entity)
        column = self.meaning.ends(links)[0][0]
        where = f"{self.store.quote(column.name)} = {self.store.parameter(column)}"
        self.session.rows(f"DELETE FROM {self.store.table(links.name)} WHERE {where}", [own])

    def _wrong_links(self, links: SpokenLinks, entity: Entity, trusted: Trusted, stage: str) -> Iterator[Wrong]:
        own, expected = self._link_values(links, entity)
        column, other = self.meaning.ends(links)[0][0], self.meaning.ends(links)[1][0]
        if (self.meaning.home(links.name.name), other.name) not in trusted or expected is UNKNOWN:
            return
        where = f"{self.store.quote(column.name)} = {self.store.parameter(column)}"
        rows = self.session.rows(
            f"SELECT {self.store.quote(other.name)} FROM {self.store.table(links.name)} WHERE {where}", [own]
        )
        if [value for (value,) in rows] != ([] if expected is None else [expected]):
            yield Wrong(stage, links.name.name, own, other.name, rows, expected)
