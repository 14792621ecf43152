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
from refract.fixes._splitting import asked, by_default, situation, verb
from refract.fixes.base import Fix, FixContext, fixes
from refract.plans.taking import take_first_step
from refract.recipes.base import CannotPlan, Recipe, all_recipes
from refract.text import FileChange


@fixes(*PROPOSALS)
def split(context: FixContext) -> Iterator[Fix]:
    """The plan of the recipe for this change, with its first step taken."""
    proposal = None if context.statements else PROPOSALS[context.finding.rule](context)
    if proposal is None:
        return
    recipe = all_recipes()[proposal.recipe]
    try:
        steps = recipe.steps(situation(context, recipe, proposal, {}))
    except (CannotPlan, LookupError):
        return
    build = partial(_first_step, context, recipe, proposal)
    yield Fix(
        title=f"{verb(recipe)} in {len(steps)} safe step{'s' if len(steps) > 1 else ''} (no downtime)",
        build=partial(by_default, build),
        note="Restores the schema, takes the first step and writes a plan. `refract plan next` takes each later step.",
        asked=asked(recipe, proposal, build),
    )


def _first_step(
    context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]
) -> tuple[FileChange, ...]:
    found = situation(context, recipe, proposal, answers)
    plan = context.new_plan(recipe, found)
    return take_first_step(plan, found.tree, context.tree, context.new_migration)
