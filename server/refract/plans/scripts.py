"""Scripts that you run next to the migrations: files in a folder next to the plan, named after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.text import NewFile


def scripts_of(plan: Plan, step: PlanStep) -> Iterator[NewFile]:
    """The files of a step's scripts."""
    folder = Path(plan.path).with_suffix("")
    return (NewFile(str(folder / f"{script.name}.sql"), script.sql) for script in step.scripts)


def with_folders(plan: Plan, step: PlanStep, migrations: tuple[PlanMigration, ...]) -> PlanStep:
    """The step when its `migrations` and its scripts are written."""
    scripts = tuple(evolve(script, folder=plan.name) for script in step.scripts)
    return evolve(step, migrations=migrations, scripts=scripts)
