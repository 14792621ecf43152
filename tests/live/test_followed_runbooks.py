"""Each checklist that Refract prints for a step of a plan is followed on a real PostgreSQL while versions of an app run.

What the page promises is true, nobody gets an error that it does not announce, no row is lost, and the way back works.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count, takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from live.checklist import Item, items
from live.deployer import Deployer, DeployFailed
from live.ledger.notes import notes
from live.ledger.postgresql import PostgresqlStore
from live.ledger.run import begin
from live.ledger.schedule import Stage, first_version, schedule
from live.ledger.verdict import complaints
from live.ledger.workers import Load
from live.operator import Operator, refract
from live.postgresql import new_database, running_server
from parts import program
from recipes.plans import Case, cases, first_migration, plan_of, situation
from refract.cli.main import cli
from refract.recipes.base import all_recipes, subject_parts
from refract.recipes.engine import PlannedStep
from refract.sql.safe.postgresql import LOCK_WAIT
from small_projects import HEAD, LOCK, commit, write

LOAD = Load(rows=300, hold=0.1, workers=2, report=0.3, rest=1.0)
INIT = "20200101000000_init"
FOLLOWED = (
    "rename-field: A required field, kept in step by a trigger",
    "rename-field: Kept in step by the application",
    "rename-field: The column is renamed at once",
    "rename-model: The table is renamed at once, with what points at it",
    "add-required-field: Rows are filled by an expression",
    "change-type: A number from a text",
    "make-field-required: NULL becomes an empty text",
    "drop-field: A required field gets a default first",
    "remove-enum-value: The type is made anew when no row holds the value",
    "remove-enum-value: A second enum beside the first",
)
AT_ONCE = "rename-field: The column is renamed at once"
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


def case_of(name: str) -> Case:
    return next(case for case in cases() if str(case) == name)


def project(folder: Path, case: Case) -> None:
    """A project whose one migration is deployed, with the plan of a case; no step is taken."""
    write(folder, {
        "prisma/schema.prisma": HEAD + case.schema,
        "prisma/migrations/migration_lock.toml": LOCK,
        f"prisma/migrations/{INIT}/migration.sql": first_migration(situation(case, "postgresql")).sql,
    })  # fmt: skip
    merge(folder)
    recipe, answers = all_recipes()[case.recipe], dict(case.answers)
    subject = ".".join(answers.pop(part) for part in subject_parts(recipe.subject))
    refract("plan", "new", case.recipe, subject, *(f"{name}={value}" for name, value in answers.items()))


def merge(folder: Path) -> None:
    """What is in the folder is on the main branch, and deployed."""
    commit(folder)
    subprocess.run(["git", "checkout", "-qB", "feature"], cwd=folder, check=True)
    subprocess.run(["git", "branch", "-qf", "main"], cwd=folder, check=True)


class Rig:
    """A plan on a database of its own: the operator, and what the steps are."""

    def __init__(self, server: str, database: str, folder: Path, case: Case) -> None:
        project(folder, case)
        new_database(server, database).close()
        self.store = PostgresqlStore(server, database)
        self.deployer = Deployer(folder, self.store.migrate)
        self.deployer.run("npx prisma migrate deploy")
        start = situation(case, "postgresql").database
        self.plan = plan_of(case, "postgresql")
        self.stages = schedule(first_version(start), self.plan)
        self.course = begin(self.store, start, self.plan, notes(case), LOAD)
        self.operator = Operator(self.course, self.deployer, self.store, {
            "PATH": f"{Path(program('pg_dump')).parent}:{os.environ['PATH']}",
            "PGHOST": server,
            "DATABASE_URL": f"postgresql://refract@/{database}?schema=public",
        })  # fmt: skip

    def complaints(self) -> list[str]:
        """What is wrong after all."""
        return complaints(self.course.outcome(self.stages), LOCK_WAIT / 1000)


@pytest.fixture
def rig(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Rig]]:
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def make(name: str) -> Rig:
            made = Rig(server, f"followed_{next(_numbers)}", tmp_path, case_of(name))
            stack.callback(made.store.close)
            return made

        yield make


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_runbook_is_followed(name: str, rig: Callable[[str], Rig]) -> None:
    followed = rig(name)
    operator, plan = followed.operator, followed.plan
    with followed.course.workers.running():
        for number in range(len(plan)):
            forward, back = _stages(followed.stages, number)
            old = followed.course.workers.scene.live[-1]
            page = _take(operator, forward, plan[number])
            offers_a_way_back = "refract plan back" in page
            assert offers_a_way_back or plan[number].step.point_of_no_return or not _writes(plan[number])
            if back is not None and offers_a_way_back:
                operator.go_back(page, back, old)
                merge(followed.deployer.root)
                _take(operator, forward, plan[number])
    assert followed.complaints() == []
    assert followed.deployer.pending == []
    assert re.search(r"steps? (are|is) done", refract("plan", "list"))


def test_a_page_that_stops_the_app_after_the_deploy_is_seen_to_break_it(rig: Callable[[str], Rig]) -> None:
    followed = rig(AT_ONCE)
    refract("plan", "next")
    page = refract("runbook")
    [stop] = re.findall(r"- \[ \] Stop every instance.*\n", page)
    late = page.replace(stop, "").replace("- [ ] Start the version", f"{stop}- [ ] Start the version")
    with followed.course.workers.running():
        followed.operator.follow(late, followed.stages[0])
    assert "42703" in " ".join(followed.complaints())


def test_a_deploy_that_failed_is_repaired_as_the_page_says(rig: Callable[[str], Rig]) -> None:
    followed = rig(AT_ONCE)
    refract("plan", "next")
    page = refract("runbook")
    _fail_in_the_middle(followed)
    _repair(followed, [item for item in items(page) if item.part.startswith("If `")])


def test_a_deploy_that_failed_is_repaired_as_the_rollback_says(rig: Callable[[str], Rig]) -> None:
    followed = rig(AT_ONCE)
    refract("plan", "next")
    printed = refract("rollback")
    _fail_in_the_middle(followed)
    lines = printed.partition("If the migration failed")[2].splitlines()[1:]
    commands = list(takewhile(lambda line: line.startswith("  "), lines))
    assert commands
    for command in commands:
        followed.deployer.run(command)
    followed.deployer.run("npx prisma migrate deploy")


def test_an_index_that_could_not_be_built_is_removed_as_the_page_says(rig: Callable[[str], Rig]) -> None:
    followed = rig("add-unique: One field")
    for word in ("next", "done", "next"):
        CliRunner().invoke(cli, ["plan", word])
    page = refract("runbook")
    followed.store.migrate("""UPDATE "User" SET email = 'same' WHERE id < 3""")
    with pytest.raises(DeployFailed, match="could not create unique index"):
        followed.deployer.run("npx prisma migrate deploy")
    followed.store.migrate("""UPDATE "User" SET email = 'other' WHERE id = 1""")
    _repair(followed, [item for item in items(page) if item.part.startswith("If `") and "index" in item.part])


def _fail_in_the_middle(rig: Rig) -> None:
    """The deploy fails before the last statement of the migration, as for a lack of memory."""
    execute = rig.deployer.execute
    rig.deployer.execute = lambda sql: execute(sql.replace("END $refract$", "PERFORM 1/0;\nEND $refract$"))
    with pytest.raises(DeployFailed, match="division by zero"):
        rig.deployer.run("npx prisma migrate deploy")
    rig.store.migrate("ROLLBACK")  # the end of Prisma's session
    rig.deployer.execute = execute


def _repair(rig: Rig, steps: Sequence[Item]) -> None:
    assert len(steps) > 1
    for item in steps:
        if item.text == "Fix the cause and deploy again.":
            rig.deployer.run("npx prisma migrate deploy")
        elif item.text.endswith("in the database."):
            rig.store.migrate(item.command)
        else:
            rig.deployer.run(item.command)
    assert rig.deployer.pending == []


def _writes(step: PlannedStep) -> bool:
    return bool(step.migrations or step.scripts or step.step.edits)


def _stages(stages: tuple[Stage, ...], number: int) -> tuple[Stage, Stage | None]:
    """A step forward, and back if it may be taken back."""
    forward = next(stage for stage in stages if stage.done == number + 1 and not stage.back)
    return forward, next((stage for stage in stages if stage.done == number and stage.back), None)


def _take(operator: Operator, stage: Stage, step: PlannedStep) -> str:
    """The next step of the plan as a team takes it: write its files, if any, print its page, follow that, merge."""
    if _writes(step):
        refract("plan", "next")
    page = refract("runbook")
    operator.follow(page, stage)
    merge(operator.deployer.root)
    return page
