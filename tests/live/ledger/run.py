"""Goes through a plan while its applications live, and says what happened."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from live.ledger import trust
from live.ledger.ledger import Book, Entity, Wrong, fill_nothing, forget, key_of, wrong_values
from live.ledger.meaning import UNKNOWN, Meaning, Notes, meaning
from live.ledger.operations import Speaker
from live.ledger.schedule import Live, Stage, first_version, schedule
from live.ledger.speech import Application, SpokenLinks, SpokenTable
from live.ledger.store import Store
from live.ledger.trust import Trusted
from live.ledger.workers import Load, Scene, Tally, Workers
from refract.recipes.base import Sync, Trigger
from refract.recipes.engine import PlannedStep
from refract.schema.model import Database


@frozen
class Outcome:
    """What a run has shown. `failed` is the migration that did not run, `inexact` the stages that left another catalog.

    `announced` are the codes of the errors that the steps name, by the stage.
    """

    tally: Tally
    rows_checked: int
    undone: int
    inexact: tuple[str, ...]
    failed: str
    announced: Mapping[str, frozenset[str]]


def run(store: Store, start: Database, plan: Sequence[PlannedStep], notes: Notes, load: Load) -> Outcome:
    """The whole of a plan. The tables of `start` must exist, and be empty."""
    course = begin(store, start, plan, notes, load)
    stages = schedule(first_version(start), plan)
    with course.workers.running():
        for stage in stages:
            if course.failed:
                break
            course.take(stage)
    return course.outcome(stages)


def begin(store: Store, start: Database, plan: Sequence[PlannedStep], notes: Notes, load: Load) -> Course:
    """A plan before its first step: the first version lives, and has written rows."""
    means = meaning(start, plan, notes)
    first = first_version(start)
    books = _seeded(store, means, first, load)
    scene = Scene().after((first,), trust.places(means, start), "before the plan")
    workers = Workers(store, means, load, books, scene)
    return Course(store, means, load, workers, books, start, trust.to_be_filled(means, plan), {0: store.catalog()})


@define(eq=False)
class Course:
    """Where a run stands."""

    store: Store
    means: Meaning
    load: Load
    workers: Workers
    books: Sequence[Book]
    database: Database
    to_fill: Trusted
    catalogs: dict[int, object]
    syncs: tuple[Sync | Trigger, ...] = ()
    tally: Tally = field(factory=Tally)
    rows_checked: int = 0
    undone: int = 0
    inexact: list[str] = field(factory=list)
    failed: str = ""

    def take(self, stage: Stage) -> None:
        """One step, forward or back."""
        for live in stage.before:
            self.let_live(live, stage.title)
        self.let_migrate(stage, stage.during)
        self._migrate(stage)
        if self.failed:
            return
        with self.workers.held():
            self.arrive(stage)
        for live in stage.after:
            self.let_live(live, stage.title)
        with self.workers.held():
            self.verify(stage.title)

    def let_migrate(self, stage: Stage, live: Live) -> None:
        """These versions live while the migrations of a step run."""
        unsure = trust.filled(self.means, stage.fills, self.database) & self._filled_with_something()
        self.let_live(live, stage.title, (self.syncs, stage.syncs), unsure)

    def outcome(self, stages: Sequence[Stage]) -> Outcome:
        """What has been shown, when the load is over."""
        tally = Tally()
        for part in (*self.workers.tallies, self.tally):
            tally.add(part)
        announced = {stage.title: stage.announced for stage in stages}
        return Outcome(tally, self.rows_checked, self.undone, tuple(self.inexact), self.failed, announced)

    def _filled_with_something(self) -> Trusted:
        """The columns in which a backfill puts something where nothing was: row after row, while others read."""
        return frozenset((self.means.home(table), column) for table, column in self.means.notes.filled)

    def let_live(
        self,
        live: Live,
        title: str,
        syncs: Sequence[tuple[Sync | Trigger, ...]] = (),
        unsure: Trusted = frozenset(),
    ) -> None:
        """Changes who lives, and gives them time."""
        with self.workers.held():
            scene = self.workers.scene
            trusted = scene.trusted - unsure
            for known in syncs or (self.syncs,):
                trusted = trust.narrowed(self.means, trusted, live, known)
            self.workers.scene = scene.after(live, trusted, title)
        if not syncs:
            time.sleep(self.load.hold)

    def _migrate(self, stage: Stage) -> None:
        for migration in stage.migrations:
            try:
                self.store.migrate(migration.sql)
            except self.store.errors as error:
                self.failed = f"{stage.title}: {migration.name}: {error}\n{migration.sql}"
                return

    def arrive(self, stage: Stage) -> None:
        """The migrations are through: what is in step now, and whether the catalog is what it has to be."""
        scene = self.workers.scene
        trusted = trust.widened(self.means, scene.trusted, self.database, stage.database, stage.fills, self.to_fill)
        filled = trust.filled(self.means, stage.fills, stage.database)
        fill_nothing(self.means, self.books, frozenset(self.means.attribute(*place) for place in filled))
        present = trust.places(self.means, stage.database)
        forget(self.books, frozenset(self.means.attribute(*place) for place in present))
        self.workers.scene = evolve(scene, trusted=trusted)
        self.database, self.syncs = stage.database, stage.syncs
        self.undone += stage.back
        catalog = self.store.catalog()
        if self.catalogs.setdefault(stage.done, catalog) != catalog:
            self.inexact.append(stage.title)

    def verify(self, title: str) -> None:
        """Every row, as each version that lives sees it."""
        for version in self.workers.scene.live:
            speaker = Speaker(version, self.means, self.store, self.store.session(str(version)), self.load.parents)
            try:
                for table in version.tables:
                    self.tally.wrong += self._wrong_rows(speaker, table, title)
                for links in version.links:
                    self.tally.wrong += self._wrong_links(speaker, links, title)
            except (*self.store.errors, LookupError) as error:
                self.tally.fail(title, version, self.store.code(error), error)
            speaker.session.close()

    def _wrong_rows(self, speaker: Speaker, table: SpokenTable, title: str) -> Iterator[Wrong]:
        name = table.name.name
        if not trust.has_every_row(self.means, self.workers.scene.trusted, table):
            return
        entities = {key_of(self.means, e, table): e for e in self._entities(name)}
        places = [next(i for i, c in enumerate(table.columns) if c.name == part) for part in table.key]
        for row in speaker.all_rows(table):
            key = tuple(row[place] for place in places)
            entity = entities.pop(key, None)
            self.rows_checked += 1
            if entity is None:
                yield Wrong(title, name, key, "there is a row that was deleted, or never written")
            else:
                yield from wrong_values(self.means, entity, table, row, self.workers.scene.trusted, title)
        yield from (Wrong(title, name, key, "lost") for key in entities)

    def _wrong_links(self, speaker: Speaker, links: SpokenLinks, title: str) -> Iterator[Wrong]:
        (_, table), (other, _) = self.means.ends(links)
        name = links.name.name
        if (self.means.home(name), other.name) not in self.workers.scene.trusted:
            return
        spoken = next(t for t in speaker.version.tables if t.name == table)
        attribute = self.means.attribute(name, other.name)
        tokens = {key_of(self.means, e, spoken)[0]: e.tokens.get(attribute) for e in self._entities(table.name)}
        known = {key: self.means.spelled(name, other, t) for key, t in tokens.items() if t is not UNKNOWN}
        found = dict[object, list[object]]()
        for own, value in speaker.all_links(links):
            found.setdefault(own, []).append(value)
            self.rows_checked += 1
        for key, expected in known.items():
            if found.get(key, []) != ([] if expected is None else [expected]):
                yield Wrong(title, name, key, other.name, found.get(key), expected)

    def _entities(self, table: str) -> Iterator[Entity]:
        original = self.means.original(table)
        return (entity for book in self.books for entity in book.entities if original in entity.tables)


def _seeded(store: Store, means: Meaning, first: Application, load: Load) -> list[Book]:
    """The rows that are there before the plan, shared out among the workers."""
    books = [Book() for _ in range(load.workers)]
    draw = random.Random(0)
    speaker = Speaker(first, means, store, store.session("seed"), load.parents)
    with speaker.session.transaction():
        for table in speaker.entities():
            for number in range(1, load.rows + 1):
                entity = speaker.new(table, number, draw)
                speaker.insert_rows(entity)
                entity.lasting = number <= load.parents
                books[number % load.workers].entities.append(entity)
        for book in books:
            for entity in book.entities:
                speaker.insert_links(entity)
    speaker.session.close()
    return books
