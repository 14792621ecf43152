"""Old and new versions of an application run through every step of every plan on a real PostgreSQL, the oldest and the newest.

No error that the plan does not announce, no row lost or different, nobody held up, every way back exact. And plans that are
known to be bad are seen to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import count

import pytest
from attrs import evolve

from live.embedded import VERSIONS, programs
from live.ledger.meaning import Notes
from live.ledger.notes import followed
from live.ledger.run import Outcome
from live.ledger.runs import run_case, run_plan
from live.ledger.verdict import complaints
from live.ledger.workers import Load
from live.postgresql import running_server
from recipes.plans import Case, plan_of, served_on, situation
from refract.diff import diff
from refract.recipes.acts import Deploy
from refract.recipes.engine import PlannedStep, StepMigration
from refract.sql.safe.postgresql import LOCK_WAIT
from refract.sql.writer import write_script

LOAD = Load(rows=1_100, hold=0.05, workers=3, report=0.45, rest=1.5)  # rows: more than one batch
OLDEST, NEWEST = min(VERSIONS, key=int), max(VERSIONS, key=int)
_numbers = count()


class Servers(Mapping[str, str]):
    """The servers of this process, each started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, str] = {}

    def __getitem__(self, version: str) -> str:
        if version not in self._running:
            self._running[version] = self._stack.enter_context(running_server(programs(version)))
        return self._running[version]

    def __iter__(self) -> Iterator[str]:
        return iter(VERSIONS)

    def __len__(self) -> int:
        return len(VERSIONS)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("case", followed(served_on("postgresql"), "postgresql"))
def test_a_plan_holds_what_it_says(case: Case, version: str, servers: Servers) -> None:
    outcome = run_case(servers[version], _name(), case, LOAD)
    assert complaints(outcome, LOCK_WAIT / 1000) == []
    assert outcome.rows_checked > LOAD.rows


def test_a_rename_at_once_with_both_versions_is_seen_to_break_them(servers: Servers) -> None:
    case = _case("rename-field: The column is renamed at once")
    (step,) = plan_of(case, "postgresql")
    both = evolve(step, step=evolve(step.step, before=(), after=(Deploy(),)))
    assert _codes(_outcome(servers, case, both)) == {"42703"}


def test_a_rename_as_prisma_writes_it_is_seen_to_lose_what_was_there(servers: Servers) -> None:
    case = _case("rename-field: An optional field with a default", how="at-once")
    (step,) = plan_of(case, "postgresql")
    start = situation(case, "postgresql").database
    drop_and_add = write_script(diff(start, step.database), start, step.database)
    assert "DROP COLUMN" in drop_and_add
    lossy = evolve(
        step, migrations=(StepMigration("rename", drop_and_add),), step=evolve(step.step, point_of_no_return=True)
    )
    outcome = _outcome(servers, case, lossy)
    assert len(outcome.tally.wrong) > LOAD.rows / 2
    assert {wrong.what for wrong in outcome.tally.wrong} == {"alias"}


def test_a_migration_that_waits_in_the_queue_is_seen_to_hold_everybody_up(servers: Servers) -> None:
    case = _case("change-default: Another default")
    (step,) = plan_of(case, "postgresql")
    waits = StepMigration("waits", 'SELECT pg_sleep(1);\nALTER TABLE "User" ALTER COLUMN "score" SET DEFAULT 1;\n')
    load = evolve(LOAD, report=3.0, rest=0.1)
    outcome = _outcome(
        servers, case, evolve(step, migrations=(waits,), step=evolve(step.step, point_of_no_return=True)), load
    )
    assert [text for text in complaints(outcome, LOCK_WAIT / 1000) if " took " in text]


def _case(title: str, **answers: str) -> Case:
    case = next(case for case in served_on("postgresql") if str(case) == title)
    return evolve(case, answers=tuple({**dict(case.answers), **answers}.items()))


def _outcome(servers: Servers, case: Case, step: PlannedStep, load: Load = LOAD) -> Outcome:
    return run_plan(servers[NEWEST], _name(), case, (step,), Notes(), load)


def _codes(outcome: Outcome) -> set[str]:
    return {code for _, _, code, _ in outcome.tally.errors}


def _name() -> str:
    return f"ledger{next(_numbers)}"
