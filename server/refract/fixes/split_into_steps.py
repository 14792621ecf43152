"""Makes a risky change in safe steps over several deploys, without downtime.

## What it does
Restores the schema, takes the first step of a recipe, and writes a plan file with all steps.
`refract plan next` takes each later step, and `refract plan show` shows what to do now.

## When it is offered
A recipe exists for the change and the database.
Some recipes need the deployed schema, which is known from git; a dropped field can be rebuilt from the migrations too.

## What it costs
Several deploys. Editors may ask for answers, such as a value for existing rows; otherwise the recipe's defaults are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from refract.fixes._proposals import PROPOSALS, Proposal
from refract.fixes.base import Asked, Fix, FixContext, fixes
from refract.plans.taking import take_first_step
from refract.recipes.base import CannotPlan, Question, Recipe, Situation, all_recipes, subject_parts
from refract.recipes.schema_edits import apply_schema_edits
from refract.text import FileChange


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
        title=_title(recipe.name, len(steps)),
        build=partial(_by_default, build),
        note="Restores the schema, takes the first step and writes a plan. `refract plan next` takes each later step.",
        asked=_asked(recipe, proposal, build),
    )


def _asked(recipe: Recipe, proposal: Proposal, build: partial[tuple[FileChange, ...]]) -> Asked:
    parts = subject_parts(recipe.subject)
    known = {name: answer for name, answer in proposal.answers.items() if name not in parts}
    questions = tuple(q for q in recipe.questions if q.name not in known and _is_worth_asking(q))
    return Asked(recipe.name, ".".join(proposal.answers[part] for part in parts), known, questions, build)


def _is_worth_asking(question: Question) -> bool:
    """Whether the default needs a decision: there is none, or it is an SQL expression that must fit the rows."""
    return question.sql or question.default is None


def _situation(context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]) -> Situation:
    tree = apply_schema_edits(context.tree, proposal.restore)
    given = recipe.complete({**proposal.answers, **answers})
    return Situation(tree, context.provider, context.versions, given, context.plans, context.lowered, context.before)


def _title(recipe: str, steps: int) -> str:
    return f"{_VERBS[recipe]} in {steps} safe step{'s' if steps > 1 else ''} (no downtime)"


_VERBS = {
    "add-enum-value": "Add",
    "add-index": "Add the index",
    "add-relation": "Add the relation",
    "add-required-field": "Add",
    "add-unique": "Make unique",
    "change-default": "Remove the default",
    "change-referential-actions": "Change the actions",
    "change-type": "Change the type",
    "drop-field": "Remove",
    "drop-model": "Remove",
    "make-field-required": "Make required",
    "make-relation-required": "Make required",
    "move-field": "Move",
    "primary-key-to-bigint": "Change the key's type",
    "primary-key-to-uuid": "Change the key's type",
    "remove-enum-value": "Remove",
    "rename-enum": "Rename",
    "rename-enum-value": "Rename",
    "rename-field": "Rename",
    "rename-model": "Rename",
}
"""By recipe that is proposed: what it does, as a title begins."""


def _by_default(build: partial[tuple[FileChange, ...]]) -> tuple[FileChange, ...]:
    try:
        return build({})
    except CannotPlan as error:
        raise LookupError(str(error)) from error


def _first_step(
    context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]
) -> tuple[FileChange, ...]:
    situation = _situation(context, recipe, proposal, answers)
    plan = context.new_plan(recipe, situation)
    return take_first_step(plan, situation.tree, context.tree, context.new_migration)
