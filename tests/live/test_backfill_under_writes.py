"""What a program writes while a backfill reads what it is about to write stays: nothing is copied over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from attrs import frozen

from live.postgresql import connect, new_database, running_server
from recipes.plans import cases, plan_of, situation
from refract.diff import diff
from refract.recipes.engine import StepMigration
from refract.schema.model import Database
from refract.sql.writer import write_script

WAIT = 0.5  # seconds in which the backfill comes to the row that is being written


@frozen
class Race:
    """After `done` steps and `before`, a program runs `writes` and commits them when the `fill` waits for it."""

    name: str
    case: str
    rows: str
    done: int
    fill: tuple[str, int]  # "forward" or "undo" of the last of those steps or of the next, from this migration on
    before: str
    writes: str
    answer: str


RACES = (
    Race(
        "a field that moves",
        "move-field: To a related model",
        "INSERT INTO \"User\" SELECT 1, '', '', '', '', 'old'; INSERT INTO \"Profile\" VALUES (1, 1)",
        2,
        ("forward", 0),
        "",
        "UPDATE \"User\" SET bio = 'new'",
        'SELECT u.bio, p.bio FROM "User" u, "Profile" p',
    ),
    Race(
        "a field that moves back",
        "move-field: To a related model",
        "INSERT INTO \"User\" SELECT 1, '', '', '', '', 'old'; INSERT INTO \"Profile\" VALUES (1, 1)",
        7,
        ("undo", 1),
        "UPDATE \"Profile\" SET bio = 'between'",
        "UPDATE \"Profile\" SET bio = 'new'",
        'SELECT u.bio, p.bio FROM "User" u, "Profile" p',
    ),
    Race(
        "a link that goes back",
        "relation-to-many-to-many: A required relation",
        'INSERT INTO "Author" VALUES (1), (2), (3); INSERT INTO "Post" VALUES (1, 1)',
        5,
        ("undo", 1),
        'UPDATE "_PostAuthors" SET "A" = 2',
        'DELETE FROM "_PostAuthors"; INSERT INTO "_PostAuthors" VALUES (3, 1)',
        'SELECT p."authorId", l."A" FROM "Post" p, "_PostAuthors" l',
    ),
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_what_is_written_meanwhile_stays(race: Race, server: str) -> None:
    case = next(case for case in cases() if str(case) == race.case)
    plan = plan_of(case, "postgresql")
    asked, empty = situation(case, "postgresql").database, Database("postgresql", "public")
    name = race.name.replace(" ", "_")
    with new_database(server, name) as migrating, connect(server, name) as program, ThreadPoolExecutor(1) as pool:
        migrating.execute(f"{write_script(diff(empty, asked), empty, asked)};{race.rows}".encode())
        for step in plan[: race.done]:
            _run(migrating, step.migrations)
        way, at = race.fill
        fill = plan[race.done].migrations if way == "forward" else plan[race.done - 1].undo
        migrating.execute(race.before.encode())
        _run(migrating, fill[:at])
        program.execute("BEGIN")
        program.execute(race.writes.encode())
        waiting = pool.submit(_run, migrating, fill[at:])
        sleep(WAIT)
        assert not waiting.done(), "the backfill has to come to the row while it is being written"
        program.execute("COMMIT")
        waiting.result()
        new = {"new", 3}
        assert set(program.execute(race.answer.encode()).fetchall()[0]) <= new


def _run(connection: object, migrations: Sequence[StepMigration]) -> None:
    for migration in migrations:
        connection.execute(migration.sql.encode())  # type: ignore[attr-defined]
