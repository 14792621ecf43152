"""The load: threads that insert, update, read and delete rows of their own through whichever versions live.

One more thread reads in long transactions, as a report does: a migration has to wait for it, and nobody may wait for the
migration for longer than its lock wait.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Condition, Thread

from attrs import define, field, frozen

from live.ledger.ledger import Book, Entity, Wrong
from live.ledger.meaning import Attribute, Meaning, Token
from live.ledger.operations import Speaker
from live.ledger.speech import Application
from live.ledger.store import Store
from live.ledger.trust import Trusted

NUMBERS_OF_A_WORKER = 100_000_000  # rows of the first are numbered from here, and so on: all fit 32 bits
STAYING = 0.1  # how many of the new rows are never deleted, so that others may point at them
PAUSE = 0.002  # seconds between two operations of a worker: two cores are shared with the server and other tests


@frozen
class Load:
    """How much is done. `rows` are there at the start in each table, `hold` is how many seconds each group of versions lives
    at least, `report` how many seconds a long reading transaction takes and `rest` how many are between two of them.
    """

    rows: int
    hold: float
    workers: int
    report: float
    rest: float
    parents: int = 50


@frozen
class Slow:
    """The operation that took longest."""

    seconds: float
    stage: str
    what: str


@define(eq=False)
class Tally:
    """What happened. An error is counted by the stage, the version, the database's code and its text."""

    operations: int = 0
    errors: Counter[tuple[str, str, str, str]] = field(factory=Counter)
    wrong: list[Wrong] = field(factory=list)
    slowest: Slow = Slow(0.0, "", "")
    slow: list[Slow] = field(factory=list)

    def fail(self, stage: str, version: Application, code: str, error: Exception) -> None:
        """Counts an error."""
        self.errors[(stage, str(version), code, str(error).partition("\n")[0])] += 1

    def add(self, other: Tally) -> None:
        """Takes in what another worker has counted."""
        self.operations += other.operations
        self.errors += other.errors
        self.wrong += other.wrong
        self.slow += other.slow
        self.slowest = max(self.slowest, other.slowest, key=lambda slow: slow.seconds)


@frozen(eq=False)
class Scene:
    """What workers look at before each operation. It is changed while nobody is at work.

    `lives` numbers the lives of versions: one that comes back after it was retired has connections of its own.
    """

    live: tuple[Application, ...] = ()
    trusted: Trusted = frozenset()
    stage: str = ""
    lives: Mapping[Application, int] = field(factory=dict)

    def after(self, live: tuple[Application, ...], trusted: Trusted, stage: str) -> Scene:
        """The next one."""
        born = {version: self.lives.get(version, 0) + (version not in self.live) for version in live}
        return Scene(live, trusted, stage, {**self.lives, **born})


class Workers:
    """The threads of a load. Nothing of them is left when the block that `running` opens ends."""

    def __init__(self, store: Store, meaning: Meaning, load: Load, books: Sequence[Book], scene: Scene) -> None:
        self._store, self._meaning, self._load = store, meaning, load
        self._books = books
        self.scene = scene
        self.tallies = [Tally() for _ in range(len(books) + 1)]
        self._condition = Condition()
        self._busy: set[int] = set()
        self._held = self._ended = False
        self._failures: list[BaseException] = []
        self._landmarks: dict[Attribute, Token] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """The threads work for as long as the block runs. Raises what one of them died of."""
        threads = [Thread(target=self._guarded, args=(self._work, n)) for n in range(len(self._books))]
        threads.append(Thread(target=self._guarded, args=(self._report, len(self._books))))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            with self._condition:
                self._ended = True
                self._condition.notify_all()
            for thread in threads:
                thread.join()
        self.complain()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody is at work while the block runs."""
        with self._condition:
            self._held = True
            self._condition.wait_for(lambda: not self._busy)
        try:
            yield
        finally:
            with self._condition:
                self._held = False
                self._condition.notify_all()
        self.complain()

    def complain(self) -> None:
        """Raises what a thread died of: a mistake of the harness itself."""
        if self._failures:
            raise self._failures[0]

    def _guarded(self, work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            self._failures.append(error)

    @contextmanager
    def _turn(self, number: int) -> Iterator[Scene | None]:
        """One operation, if the work is not at its end."""
        with self._condition:
            self._condition.wait_for(lambda: self._ended or not self._held)
            scene = None if self._ended else self.scene
            self._busy.add(number)
        try:
            yield scene
        finally:
            with self._condition:
                self._busy.discard(number)
                self._condition.notify_all()

    def _work(self, number: int) -> None:
        draw = random.Random(number)
        crew = _Crew(self._speaker)
        most = 2 * self._load.rows // self._load.workers
        hand = _Hand(self._books[number], self.tallies[number], draw, (number + 1) * NUMBERS_OF_A_WORKER, most)
        while True:
            with self._turn(number) as scene:
                if scene is None:
                    break
                crew.retire(scene)
                if scene.live:
                    hand.operate(crew.speaker(draw.choice(scene.live), scene), scene)
            time.sleep(PAUSE)
        crew.retire(Scene())

    def _report(self, number: int) -> None:
        crew = _Crew(self._speaker)
        tally = self.tallies[number]
        while True:
            with self._turn(number) as scene:
                if scene is None:
                    break
                crew.retire(scene)
                if scene.live:
                    self._read_long(tally, scene, crew.speaker(scene.live[-1], scene))
            self._rest()
        crew.retire(Scene())

    def _read_long(self, tally: Tally, scene: Scene, speaker: Speaker) -> None:
        """Reads every table, each an operation, and keeps the transaction open."""
        with suppress(*speaker.store.errors), speaker.session.transaction():
            for table in speaker.version.tables:
                _timed(tally, scene, speaker, "report", partial(_consume, speaker.all_rows(table)))
            time.sleep(self._load.report)

    def _rest(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._ended, timeout=self._load.rest)

    def _speaker(self, version: Application) -> Speaker:
        session = self._store.session(str(version))
        return Speaker(version, self._meaning, self._store, session, self._load.parents, self._landmarks)


@define(eq=False)
class _Crew:
    """The connections of one worker: one for each life of a version."""

    hire: Callable[[Application], Speaker]
    speakers: dict[tuple[Application, int], Speaker] = field(factory=dict)

    def speaker(self, version: Application, scene: Scene) -> Speaker:
        """The connection of a version that lives."""
        life = (version, scene.lives[version])
        if life not in self.speakers:
            self.speakers[life] = self.hire(version)
        return self.speakers[life]

    def retire(self, scene: Scene) -> None:
        """Ends the connections of what no longer lives."""
        for life in [
            life for life in self.speakers if (life[0], scene.lives.get(life[0])) != life or life[0] not in scene.live
        ]:
            self.speakers.pop(life).session.close()


@define(eq=False)
class _Hand:
    """One worker: its rows, of which there are `most` at the most, and its numbers."""

    book: Book
    tally: Tally
    draw: random.Random
    number: int
    most: int

    def operate(self, speaker: Speaker, scene: Scene) -> None:
        """One operation, drawn by lot, and what is wrong with it."""
        self.number += 1
        lot = self.draw.random()
        entities = self.book.entities
        entity = self.draw.choice(entities) if entities else None
        if entity is None or (lot < 0.2 and len(entities) < self.most):
            self._insert(speaker, scene)
        elif not speaker.knows(entity):
            return
        elif lot < 0.3 and not entity.lasting:
            if _timed(self.tally, scene, speaker, "delete", partial(speaker.delete, entity)):
                entities.remove(entity)
        elif lot < 0.35:
            _timed(
                self.tally,
                scene,
                speaker,
                "insert again",
                partial(speaker.insert_again, entity, self.number, self.draw),
            )
        elif lot < 0.6:
            changes = speaker.changes(entity, self.number, self.draw)
            if changes and _timed(self.tally, scene, speaker, "update", partial(speaker.update, entity, changes)):
                entity.tokens.update(changes)
        else:
            _timed(self.tally, scene, speaker, "read", partial(self._read, speaker, entity, scene))

    def _read(self, speaker: Speaker, entity: Entity, scene: Scene) -> None:
        self.tally.wrong += speaker.read(entity, scene.trusted, scene.stage)

    def _insert(self, speaker: Speaker, scene: Scene) -> None:
        tables = speaker.entities()
        if not tables:
            return
        entity = speaker.new(self.draw.choice(tables), self.number, self.draw)
        if _timed(self.tally, scene, speaker, "insert", partial(speaker.insert, entity)):
            self.book.entities.append(entity)
            if self.draw.random() < STAYING:
                speaker.mark(entity)


def _consume(rows: Iterable[object]) -> None:
    for _ in rows:
        pass


def _timed(tally: Tally, scene: Scene, speaker: Speaker, what: str, operation: Callable[[], object]) -> bool:
    """Whether the operation was done; how long it took, and the error if not."""
    begun = time.perf_counter()
    try:
        operation()
    except (*speaker.store.errors, LookupError) as error:
        tally.fail(scene.stage, speaker.version, speaker.store.code(error), error)
        return False
    finally:
        tally.operations += 1
        taken = Slow(time.perf_counter() - begun, scene.stage, what)
        tally.slow += [taken] if taken.seconds > speaker.store.lock_wait else []
        tally.slowest = max(tally.slowest, taken, key=lambda slow: slow.seconds)
    return True
