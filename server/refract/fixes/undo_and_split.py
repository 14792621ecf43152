"""Takes a new migration back, and makes its change in safe steps over several deploys.

## What it does
Restores the schema, writes a plan file with all steps, and takes the first one.
The file of the migration keeps its other changes. If there are none, it gets the SQL of the first step.

## When it is offered
A recipe exists for the change and the database.
The newest migration makes the change, is new on this branch, and is as `prisma migrate dev` writes it.
The schema has no other pending change.

## What it costs
Several deploys.
If `prisma migrate dev` has already applied the migration to your own database, reset that database: `prisma migrate reset`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from attrs import evolve, frozen

from refract.diff import diff
from refract.fixes._proposals import PROPOSALS, Proposal
from refract.fixes._rewritten import RESET, over_existing, rewritten
from refract.fixes._splitting import asked, by_default, situation, verb
from refract.fixes.base import Fix, FixContext, fixes
from refract.lowering import lower
from refract.plans import Plan
from refract.plans.taking import MigrationPath, take_first_step
from refract.recipes.base import CannotPlan, Recipe, Situation, all_recipes
from refract.sql.writer import EMPTY, write_script
from refract.text import FileChange


@fixes(*PROPOSALS)
def undo_and_split(context: FixContext) -> Iterator[Fix]:
    """The plan of the recipe for this change, in place of the migration that makes it."""
    undone = context.undone()
    proposal = PROPOSALS[undone.finding.rule](undone) if undone else None
    if undone is None or proposal is None:
        return
    recipe = all_recipes()[proposal.recipe]
    try:
        start = _start(undone, recipe, proposal, {})
    except (CannotPlan, LookupError):
        return
    if not start.leaves_a_migration:
        return
    build = partial(_first_step, context, undone, recipe, proposal)
    yield Fix(
        title=f"Undo this migration; {verb(recipe).lower()} in {len(start.plan.steps)} safe steps",
        build=partial(by_default, build),
        note=f"Restores the schema, takes the first step and writes a plan. {RESET}",
        asked=asked(recipe, proposal, build),
    )


@frozen
class _Start:
    """The plan, the situation that it starts from, and the SQL of what else the migration does."""

    plan: Plan
    situation: Situation
    rest: str

    @property
    def leaves_a_migration(self) -> bool:
        """Whether there is SQL for the file of the migration: no file is deleted."""
        return self.rest != EMPTY or bool(self.plan.steps[0].migrations)


def _start(undone: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]) -> _Start:
    found = situation(undone, recipe, proposal, answers)
    restored = lower(found.tree, undone.lowered).database
    rest = diff(undone.before, evolve(restored, external=undone.before.external))
    return _Start(undone.new_plan(recipe, found), found, write_script(rest, undone.before, restored))


def _first_step(
    context: FixContext, undone: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]
) -> tuple[FileChange, ...]:
    start = _start(undone, recipe, proposal, answers)
    if start.rest != EMPTY:
        step = take_first_step(start.plan, start.situation.tree, context.tree, context.new_migration)
        return (rewritten(context, start.rest), *step)
    step = take_first_step(start.plan, start.situation.tree, context.tree, _into_existing(context))
    return tuple(over_existing(context, step))


def _into_existing(context: FixContext) -> MigrationPath:
    """The file of the migration for the first migration of the step, new ones for all others."""
    first = iter([context.place.path] if context.place else [])
    return lambda name: next(first, "") or context.new_migration(name)
