"""Splits a risky change into safe steps: the schema goes back to what it was, then the first step is taken.

One edit: the schema, the migrations of the first step, and the plan that says what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from attrs import evolve

from refract.fixes._proposals import PROPOSALS, Proposal
from refract.fixes.base import Asked, Fix, FixContext, fixes
from refract.plans.model import PlanMigration, with_step
from refract.plans.scripts import scripts_of, with_folders
from refract.recipes.base import CannotPlan, Question, Recipe, Situation, Step, all_recipes, subject_parts
from refract.recipes.schema_edits import apply_schema_edits, file_edits
from refract.text import FileChange, NewFile


@fixes(*PROPOSALS)
def split(context: FixContext) -> Iterator[Fix]:
    """The plan of the recipe for this change, with its first step taken."""
    proposal = None if context.statements else PROPOSALS[context.finding.rule](context)
    if proposal is None:
        return
    recipe = all_recipes()[proposal.recipe]
    try:
        steps = recipe.steps(_situation(context, recipe, proposal, {}))
    except (CannotPlan, LookupError):
        return
    build = partial(_first_step, context, recipe, proposal)
    yield Fix(
        title=_title(steps),
        build=partial(_by_default, build),
        note="The schema goes back to what it was, and the first step is taken; `refract plan next` takes the others.",
        asked=_asked(recipe, proposal, build),
    )


def _asked(recipe: Recipe, proposal: Proposal, build: partial[tuple[FileChange, ...]]) -> Asked:
    parts = subject_parts(recipe.subject)
    known = {name: answer for name, answer in proposal.answers.items() if name not in parts}
    questions = tuple(q for q in recipe.questions if q.name not in known and _is_worth_asking(q))
    return Asked(recipe.name, ".".join(proposal.answers[part] for part in parts), known, questions, build)


def _is_worth_asking(question: Question) -> bool:
    """Whether a default would not do: there is none, or it is an expression that somebody has to vouch for."""
    return question.sql or question.default is None


def _situation(context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]) -> Situation:
    tree = apply_schema_edits(context.tree, proposal.restore)
    given = recipe.complete({**proposal.answers, **answers})
    return Situation(tree, context.provider, context.versions, given, context.plans, context.lowered)


def _title(steps: tuple[Step, ...]) -> str:
    if len(steps) == 1:
        return f"Do it in safe migrations: {steps[0].title}"
    phases = ", ".join(dict.fromkeys(str(step.phase) for step in steps))
    return f"Split into {len(steps)} safe steps: {phases}"


def _by_default(build: partial[tuple[FileChange, ...]]) -> tuple[FileChange, ...]:
    try:
        return build({})
    except CannotPlan as error:
        raise LookupError(str(error)) from error


def _first_step(
    context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]
) -> tuple[FileChange, ...]:
    from refract.plans.file import plan_text  # noqa: PLC0415  only when a plan is made

    situation = _situation(context, recipe, proposal, answers)
    plan = context.new_plan(recipe, situation)
    step = plan.steps[0]
    files = [NewFile(context.new_migration(migration.name), migration.sql) for migration in step.migrations]
    written = tuple(_with_folder(m, f) for m, f in zip(step.migrations, files, strict=True))
    scripts = tuple(scripts_of(plan, step))
    plan = with_step(plan, 0, with_folders(plan, step, written))
    edited = file_edits(context.tree, apply_schema_edits(situation.tree, step.schema))
    return (NewFile(plan.path, plan_text(plan)), *edited, *files, *scripts)


def _with_folder(migration: PlanMigration, file: NewFile) -> PlanMigration:
    return evolve(migration, folder=Path(file.path).parent.name)
