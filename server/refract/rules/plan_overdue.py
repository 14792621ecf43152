"""A plan has rested for long.

## What it does
Finds plans of which no step has been taken or confirmed for more than 30 days (the setting `plans.rest`).

## Why it is risky
In between, every write pays for two columns, the schema shows fields that nobody should use, and the people who know
why move on.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
days 45
```

## Safer way
Take the next step, or end the plan.
```plan rename-field User.name to=title how=trigger
next
days 10
```

## When to ignore it
When the plan waits for something that takes its time, such as old versions of a mobile application.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from refract.plans import Progress, State
from refract.plans.subject import place_of, subject_block
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule


@rule(Severity.INFO, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each plan that nobody has moved for long."""
    for view, progress in in_view(context):
        plan, step = progress.plan, progress.step
        days = (view.today - _moved(progress)).days
        if step is None or days <= view.rest:
            continue
        word = "done" if State.WAITING in progress.states else "next"
        yield Risk(
            key=plan.name,
            what=f"The plan `{plan.name}` has rested for {days} days at {progress} (\u201c{step.title}\u201d). "
            f"Go on with `refract plan {word} {plan.name}`, or end it with `refract plan abandon {plan.name}`.",
            change=None,
            origin=place_of(view.tree, subject_block(plan, view.tree)) or head_of(plan),
        )


def _moved(progress: Progress) -> date:
    """The day on which the plan was made, or a step of it last taken or confirmed."""
    plan = progress.plan
    confirmed = (step.confirmed.on for step in plan.steps if step.confirmed)
    folders = (m.folder for step in plan.steps for m in (*step.migrations, *step.undo))
    written = (f"{folder[:4]}-{folder[4:6]}-{folder[6:8]}" for folder in folders if folder[:8].isdigit())
    return max(day for text in (plan.created, *confirmed, *written) if (day := _day(text)))


def _day(text: str) -> date:
    """A day as `2026-11-24`; what is none counts for nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min
