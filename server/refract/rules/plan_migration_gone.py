"""A migration that a step of a plan wrote is missing.

## What it does
Finds steps whose migration was written and is now missing, if no other migration makes the same change.

## Why it is risky
Later steps depend on the changes of the migration.
`prisma migrate dev` asks to reset databases that have applied it, and new databases never get what later steps need.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
lose
```

## Safer way
Restore the folder from git. If no database has applied the migration, you can also take the step again with `refract plan next`.
```plan rename-field User.name to=title how=trigger
next
```

## When to ignore it
Never. Take the step again, or abandon the plan.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.plans import Plan, PlanMigration, State, half_taken_back
from refract.recipes.base import Phase
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.plans import head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each missing migration of the current step, and of a step that was undone."""
    for view, progress in in_view(context):
        plan, number = progress.plan, progress.number
        if number is not None and progress.states[number] is State.NEXT:
            for migration in plan.steps[number].migrations:
                if migration.folder and migration.folder not in view.migrations:
                    yield _missing(plan, migration, number)
        for at, step in enumerate(plan.steps):
            undo = half_taken_back(step, view.migrations)
            if undo is not None:
                yield _half_back(plan, undo, at)


def _missing(plan: Plan, migration: PlanMigration, number: int) -> Risk:
    fills = plan.steps[number].phase is Phase.BACKFILL
    effect = Effect.STEP_NOT_FILLED if fills else Effect.STEP_NOT_BUILT
    again = Do.FILL_AGAIN if fills else Do.TAKE_STEP_AGAIN
    return _risk(plan, migration, harm(effect, number=number + 1), again)


def _half_back(plan: Plan, migration: PlanMigration, number: int) -> Risk:
    return _risk(plan, migration, harm(Effect.STEP_NOT_UNDONE, number=number + 1), Do.UNDO_STEP_AGAIN)


def _risk(plan: Plan, migration: PlanMigration, effect: Harm, again: Do) -> Risk:
    return Risk(
        key=f"{plan.name}:{migration.folder}",
        what=f"Migration {code_span(migration.folder)} of plan {code_span(plan.name)} is missing",
        harm=(effect,),
        now=(action(Do.RESTORE_FOLDER), instead(again, plan=plan.name)),
        change=None,
        origin=head_of(plan),
    )
