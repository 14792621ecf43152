"""Splits a risky change into safe steps: the schema goes back to what it was, then the first step is taken.

One edit: the schema, the migrations of the first step, and the plan that says what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from attrs import evolve

from refract.fixes._proposals import PROPOSALS, Proposal
from refract.fixes.base import Fix, FixContext, fixes
from refract.plans.model import PlanMigration, with_step
from refract.plans.scripts import scripts_of, with_folders
from refract.recipes.base import CannotPlan, Recipe, Situation, Step, all_recipes
from refract.recipes.schema_edits import (
    apply_schema_edits,
    file_edits,
)
from refract.text import FileChange, NewFile


@fixes(*PROPOSALS)
def split(context: FixContext) -> Iterator[Fix]:
    """The plan of the recipe for this change, with its first step taken."""
    proposal = None if context.statements else PROPOSALS[context.finding.rule](context)
    if proposal is None:
        return
    recipe = all_recipes()[proposal.recipe]
    try:
        situation = _situation(context, recipe, proposal)
        steps = recipe.steps(situation)
    except (CannotPlan, LookupError):
        return
    yield Fix(
        title=_title(steps),
        build=partial(_first_step, context, recipe, situation),
        note="The schema goes back to what it was, and the first step is taken; `refract plan next` takes the others.",
    )


def _situation(context: FixContext, recipe: Recipe, proposal: Proposal) -> Situation:
    tree = apply_schema_edits(context.tree, proposal.restore)
    answers = recipe.complete(proposal.answers)
    return Situation(tree, context.provider, context.versions, answers, context.plans, context.lowered)


def _title(steps: tuple[Step, ...]) -> str:
    if len(steps) == 1:
        return f"Do it in safe migrations: {steps[0].title}"
    phases = ", ".join(dict.fromkeys(str(step.phase) for step in steps))
    return f"Split into {len(steps)} safe steps: {phases}"


def _first_step(context: FixContext, recipe: Recipe, situation: Situation) -> tuple[FileChange, ...]:
    from refract.plans.file import plan_text  # noqa: PLC0415  only when a plan is made

    try:
        plan, file = context.new_plan(recipe, situation)
    except CannotPlan as error:
        raise LookupError(str(error)) from error
    step = plan.steps[0]
    files = [NewFile(context.new_migration(migration.name), migration.sql) for migration in step.migrations]
    written = tuple(_with_folder(m, f) for m, f in zip(step.migrations, files, strict=True))
    scripts = tuple(scripts_of(plan, step))
    plan = with_step(plan, 0, with_folders(plan, step, written))
    edited = file_edits(context.tree, apply_schema_edits(situation.tree, step.schema))
    return (*edited, *files, *scripts, NewFile(file.path, plan_text(plan)))


def _with_folder(migration: PlanMigration, file: NewFile) -> PlanMigration:
    return evolve(migration, folder=Path(file.path).parent.name)
