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

from refract.plans import State
from refract.rules._plans import head_of, in_view
from refract.rules.base import PLANS_ONLY, SQL, Risk, RuleContext, Severity, rule


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration of the step in hand that was written once."""
    for view, progress in in_view(context):
        plan, number = progress.plan, progress.number
        if number is None or progress.states[number] is not State.NEXT:
            continue
        for migration in plan.steps[number].migrations:
            if not migration.folder or migration.folder in view.migrations:
                continue
            yield Risk(
                subject=f"{plan.name}:{migration.folder}",
                message=f"`{migration.folder}`, which step {number + 1} of the plan `{plan.name}` wrote, is gone, and no other migration "
                "builds what it did. Restore the folder from git; or, if no database has applied it, take the step "
                f"again with `refract plan next {plan.name}`.",
                change=None,
                origin=head_of(plan),
            )
