"""A migration that a step of a plan wrote is gone.

## What it does
Finds steps whose migration was written, is not among the migrations any more, and was built by no other.

## Why it is risky
The plan counts on what that migration builds. Databases that have applied it refuse the history without it, and the
others never get what the next steps need.

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
Restore the folder from git; or take the step back with `refract plan back`, which writes what undoes it.
```plan rename-field User.name to=title how=trigger
next
```

## When to ignore it
Never: take the step again, or abandon the plan.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Plan, PlanMigration, State, half_taken_back
from refract.recipes.base import Phase
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration of the step in hand that was written once, and those of a step that was taken back."""
    for view, progress in in_view(context):
        plan, number = progress.plan, progress.number
        if number is not None and progress.states[number] is State.NEXT:
            for migration in plan.steps[number].migrations:
                if migration.folder and migration.folder not in view.migrations:
                    yield _gone(plan, migration, number)
        for at, step in enumerate(plan.steps):
            undo = half_taken_back(step, view.migrations)
            if undo is not None:
                yield _half_back(plan, undo, at)


def _gone(plan: Plan, migration: PlanMigration, number: int) -> Risk:
    fills = plan.steps[number].phase is Phase.BACKFILL
    again = (
        "or take the step again, which fills only the rows that are not filled yet:"
        if fills
        else "or, if no database has applied it, take the step again with"
    )
    return Risk(
        key=f"{plan.name}:{migration.folder}",
        what=f"`{migration.folder}`, which step {number + 1} of the plan `{plan.name}` wrote, is gone, and no other migration "
        f"{'shows' if fills else 'builds'} what it did. Restore the folder from git; {again} "
        f"`refract plan next {plan.name}`.",
        change=None,
        origin=head_of(plan),
    )


def _half_back(plan: Plan, migration: PlanMigration, number: int) -> Risk:
    return Risk(
        key=f"{plan.name}:{migration.folder}",
        what=f"`{migration.folder}`, which takes step {number + 1} of the plan `{plan.name}` back, is not there: what the step built "
        "stays. Restore the folder from git; or, if no database has applied it, take the step back again with "
        f"`refract plan back {plan.name}`.",
        change=None,
        origin=head_of(plan),
    )
