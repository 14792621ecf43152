"""Prisma Client at each step of a plan: the versions of the application that may run then, side by side on one database.

Which these are follows from the plan: what its steps ask people to deploy, and when older versions have to be gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import psycopg
import pytest
from attrs import define, field

from live.postgresql import new_database, running_server
from prisma.client import Clients, Programs, clients, programs
from prisma.followed import (
    Known,
    Row,
    Story,
    Version,
    alive,
    note_fill,
    note_write,
    readable,
    same,
    value,
    versions,
    writes_least,
)
from recipes.plans import cases, first_migration, plan_of, situation
from refract.recipes.base import Sync
from refract.recipes.engine import PlannedStep
from refract.syntax.tree import Arity

NAMES = {"full": ("a{n} b{n}",), "given": ("a{n}",), "family": ("b{n}",)}
PARTS = {"first": ("a{n}",), "last": ("b{n}",), "whole": ("a{n} b{n}",)}
LEFT = {"status": ("GONE", "LEFT"), "status_v2": ("GONE", "LEFT")}
DELETED = {"status": ("GONE", "DELETED"), "status_v2": ("GONE", "DELETED")}
BANNED = {"status": ("BANNED", "GONE")}
MAILS = {"email": ("mail{n}",), "handle": ("mail{n}",)}
STORIES = (
    Story("add-enum-value: At the end", values=BANNED, since={"BANNED": "switch"}),
    Story("add-enum-value: In the middle", values=BANNED, since={"BANNED": "switch"}),
    Story("add-required-field: Rows are filled by an expression"),
    Story("add-required-field: One value is right for all"),
    Story("add-required-field: Filled from other columns, unique in the end", values=MAILS, twins={"handle": "email"}),
    Story("add-unique: One field", values=MAILS),
    Story("add-unique: Two fields together", values=PARTS),
    Story("change-type: A wider number", twins={"score_v2": "score"}),
    Story("change-type: A number from a text", twins={"legacy_v2": "legacy"}),
    Story("change-type: A text from a number", twins={"score_v2": "score"}),
    Story("change-type: A longer text type, by the application", twins={"legacy_v2": "legacy"}),
    Story("change-type: A list from a text", twins={"legacy_v2": "legacy"}),
    Story("drop-field: A required field gets a default first"),
    Story("drop-field: An optional field"),
    Story("drop-field: A field with an index"),
    Story("drop-field: A required unique field becomes optional, for readers too"),
    Story("make-field-required: NULL becomes an empty text"),
    Story("merge-fields: Two names into one", values=PARTS, twins={"whole": "first"}),
    Story("remove-enum-value: The type is made anew when no row holds the value", values=DELETED),
    Story("remove-enum-value: A second enum beside the first", values=DELETED, twins={"status_v2": "status"}),
    Story("rename-enum-value: The database keeps its name", values=LEFT),
    Story("rename-enum-value: The new value is added, the old one goes at the end", values=LEFT),
    Story("rename-enum-value: A second enum beside the first", values=LEFT, twins={"status_v2": "status"}),
    Story("rename-enum: The type keeps its name"),
    Story("rename-field: A required field, kept in step by a trigger", twins={"title": "name"}),
    Story("rename-field: An optional field with a default", twins={"alias": "nick"}),
    Story("rename-field: Kept in step by the application", twins={"title": "name"}),
    Story("rename-field: The column keeps its name"),
    Story("rename-field: A value that Prisma Client makes", ("Parcel",), twins={"label": "code"}),
    Story("rename-field: A value that Prisma Client makes, by the application", ("Parcel",), twins={"label": "code"}),
    Story("rename-field: A composite key takes the batches", ("Seat",), twins={"title": "label"}),
    Story("rename-model: The table keeps its name", ("User", "Person")),
    Story("rename-model: A view under the old name", ("User", "Person")),
    Story("split-field: A name into two", values=NAMES, twins={"given": "full", "family": "full"}),
    Story("split-field: By the application", values=NAMES, twins={"given": "full", "family": "full"}),
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.fixture(scope="module")
def generated() -> Iterator[Clients]:
    with clients() as made:
        yield made


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.case)
def test_old_and_new_programs_work(story: Story, server: str, generated: Clients) -> None:
    case = next(c for c in cases() if str(c) == story.case)
    name = "".join(c if c.isalnum() else "_" for c in story.case.lower())[:60]
    start, steps, built = situation(case, "postgresql"), plan_of(case, "postgresql"), versions(story, case)
    with (
        new_database(server, name) as connection,
        programs(f"postgresql://refract@localhost/{name}?host={server}") as running,
    ):
        connection.execute(first_migration(start).sql.encode())
        followed = _Followed(story, steps, running, generated)
        followed.work(built[:1])
        for number, planned in enumerate(steps, 1):
            _migrate(connection, planned)
            followed.take(planned)
            followed.work([built[n] for n in alive(steps, number)])


def _migrate(connection: psycopg.Connection, planned: PlannedStep) -> None:
    for migration in planned.migrations:
        connection.execute(migration.sql.encode())


@define
class _Followed:
    """A plan that is followed: the rows so far, and what keeps their columns in step now."""

    story: Story
    steps: Sequence[PlannedStep]
    running: Programs
    generated: Clients
    rows: list[Row] = field(factory=list)
    syncs: list[Sync] = field(factory=list)
    numbers: Iterator[int] = field(factory=lambda: count(1))

    def take(self, planned: PlannedStep) -> None:
        self.syncs += [s for s in planned.step.begins if isinstance(s, Sync)]
        self.syncs = [s for s in self.syncs if s not in planned.step.ends]
        for row in self.rows:
            note_fill(self.story, row, planned)

    def work(self, running: Sequence[Version]) -> None:
        """Each version writes, each reads what all have written, each deletes."""
        for version in running:
            self.change(version)
            self.insert(version, tuple(f.name for f in version.fields))
            self.insert(version, tuple(version.in_code))
            if writes_least(self.steps, version):
                self.insert(version, tuple(f.name for f in version.fields if _is_needed(f)))
        for version in running:
            self.read_all(version)
            self.find(version)
        for version in running[:-1]:
            self.delete(version)

    def insert(self, version: Version, names: Sequence[str]) -> None:
        row = Row(next(self.numbers))
        data = self.data(version, row.id, names) | self.key(version, row)
        made = self.ask(version, "create", data=data)
        self.rows.append(row)
        self.note(version, row, data, row.id)
        self.check(version, row, made)

    def change(self, version: Version) -> None:
        """The last row, which another version has written as a rule."""
        number = next(self.numbers)
        names = [f.name for f in version.fields if f.name not in version.key]
        for row in self.rows[-1:]:
            data = self.data(version, number, names)
            made = self.ask(version, "update", where=self.where(version, row), data=data)
            self.note(version, row, data, number)
            self.check(version, row, made)

    def read_all(self, version: Version) -> None:
        order = [{name: "asc"} for name in version.key]
        related = {"include": dict.fromkeys(version.relations, True)} if version.relations else {}
        whole = self.ask(version, "findMany", orderBy=order, **related)
        chosen = self.ask(version, "findMany", orderBy=order, select={f.name: True for f in version.fields})
        for found in (whole, chosen):
            assert len(found) == len(self.rows)
            for row, made in zip(self.rows, found, strict=True):
                self.check(version, row, made)

    def find(self, version: Version) -> None:
        """A row by all that is known of it, and by what is unique."""
        row = self.rows[-1]
        known = [f for f in version.fields if row.columns.get(f.column.name) and f.node.type.arity is not Arity.LIST]
        whole = {f.name: {"in": self.alternatives(version, f, row)} for f in known}
        assert self.ask(version, "count", where=whole) == 1
        for unique in (f for f in version.fields if f.node.attribute("unique")):
            number = row.columns.get(unique.column.name)
            if number:
                where = {unique.name: value(self.story, version, unique, number)}
                self.check(version, row, self.ask(version, "findUnique", where=where))

    def delete(self, version: Version) -> None:
        row = self.rows.pop(0)
        self.ask(version, "delete", where=self.where(version, row))

    def ask(self, version: Version, action: str, **args: Any) -> Any:
        return self.running.query(self.generated.of(version.schema), version.model, action, args)

    def data(self, version: Version, number: int, names: Sequence[str]) -> dict[str, object]:
        return {f.name: value(self.story, version, f, number) for f in version.fields if f.name in names}

    def key(self, version: Version, row: Row) -> dict[str, object]:
        return dict.fromkeys(version.key, row.id)

    def where(self, version: Version, row: Row) -> dict[str, object]:
        key = self.key(version, row)
        return key if len(key) == 1 else {"_".join(key): key}

    def alternatives(self, version: Version, known: Known, row: Row) -> list[object]:
        """What a column of a row may hold, in words that the version may use."""
        words = readable(version, known)
        texts = self.story.values.get(known.column.name, ())
        return [t for t in texts if t in words] or [
            value(self.story, version, known, row.columns[known.column.name] or 0)
        ]

    def note(self, version: Version, row: Row, data: dict[str, object], number: int) -> None:
        note_write(row, [f.column.name for f in version.fields if f.name in data], number, self.syncs)

    def check(self, version: Version, row: Row, made: dict[str, object]) -> None:
        for known in version.fields:
            assert made[known.name] is not None or known.node.type.arity is Arity.OPTIONAL, (
                f"version {version.number} reads nothing as {known.name} of row {row.id}"
            )
        for known in (f for f in version.fields if f.column.name in row.columns and f.name not in version.key):
            number, read = row.columns[known.column.name], made[known.name]
            expected = value(self.story, version, known, number) if number else read
            assert read is not None and same(self.story, known, expected, read), (
                f"version {version.number} reads {read!r} as {known.name} of row {row.id}, not {expected!r}"
            )


def _is_needed(known: Known) -> bool:
    return known.node.type.arity is Arity.REQUIRED and known.node.attribute("default") is None
