"""Rows that are filled by a script that people run: what every plan makes of that, and how fast it fills."""

from __future__ import annotations

import pytest
from attrs import evolve

from recipes.plans import Case, cases, situation
from recipes.test_properties import every_plan
from refract.config.settings import BackfillForm, PlanSettings
from refract.plans import Confirmation, Plan, State, progress_of
from refract.plans.file import plan_text, read_plan, with_changes
from refract.plans.making import make_plan
from refract.plans.model import PlanStep, with_step
from refract.plans.scripts import scripts_of, with_folders
from refract.recipes.acts import RunScripts
from refract.recipes.base import Situation, all_recipes

SCRIPT = PlanSettings(backfill=BackfillForm.SCRIPT, batch=250, pause=1_500, longest_pause=3_000)


def _plan(case: Case, database: str, settings: PlanSettings) -> Plan:
    start = situation(case, database)
    situated = Situation(start.tree, start.provider, start.versions, start.answers, settings)
    return evolve(make_plan(all_recipes()[case.recipe], situated, "plan", "2026-11-24"), path="/prisma/plans/plan.toml")


@every_plan
def test_scripts_hold_what_migrations_would(case: Case, database: str) -> None:
    migrations = _plan(case, database, evolve(SCRIPT, backfill=BackfillForm.MIGRATION))
    scripts = _plan(case, database, SCRIPT)
    for filled, run in zip(migrations.steps, scripts.steps, strict=True):
        assert [m.sql for m in filled.migrations] == [m.sql for m in (*run.migrations, *run.scripts)]
        assert not run.scripts or (RunScripts(tuple(s.name for s in run.scripts)) in run.after and run.check)


@every_plan
def test_a_script_is_written_run_and_confirmed(case: Case, database: str) -> None:
    plan = _plan(case, database, SCRIPT)
    tree = situation(case, database).tree
    for number, step in enumerate(plan.steps):
        if not step.scripts or step.schema:
            continue
        before = tuple(True if n < number else None for n in range(len(plan.steps)))
        confirmed = evolve(
            plan, steps=tuple(_confirmed(plan, n) if n < number else s for n, s in enumerate(plan.steps))
        )
        assert progress_of(confirmed, before, tree).states[number] is State.NEXT
        written = with_step(confirmed, number, with_folders(confirmed, step, step.migrations))
        assert progress_of(written, before, tree).states[number] is State.WAITING
        done = with_step(written, number, evolve(written.steps[number], confirmed=Confirmation("Ann", "2026-11-24")))
        assert progress_of(done, before, tree).states[number] is State.DONE
        assert [file.path for file in scripts_of(plan, step)] == [
            f"/prisma/plans/plan/{s.name}.sql" for s in step.scripts
        ]
        assert evolve(read_plan(with_changes(plan_text(plan), written), "plan"), path=plan.path) == written


def _confirmed(plan: Plan, number: int) -> PlanStep:
    return evolve(plan.steps[number], confirmed=Confirmation("Ann", "2026-11-24"))


PACES = {
    "postgresql": (
        "batch_rows INTEGER := 250;",
        "batch_rows * 2, 2500",
        "batch_rows / 2, 25",
        "took, 1.5), 3.0)",
    ),
    "mysql": ("LIMIT 250", "/ 1000000, 1.5), 3.0)"),
    "sqlserver": ("TOP (250)", "@took < 1500 THEN 1500", "@took > 3000 THEN 3000"),
}


@pytest.mark.parametrize("database", PACES)
def test_batches_are_of_the_size_and_at_the_pace_that_is_set(database: str) -> None:
    case = next(c for c in cases() if c.recipe == "make-field-required")
    (script,) = (script for step in _plan(case, database, SCRIPT).steps for script in step.scripts)
    for part in PACES[database]:
        assert part in script.sql
