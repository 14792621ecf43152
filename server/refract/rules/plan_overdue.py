"""A plan has made no progress for a long time.

## What it does
Finds plans without a step that was taken or confirmed in the last 30 days (the setting `plans.rest`).

## Why it is risky
Until the plan ends, every write may pay for two columns, and the schema shows fields that no code should use.
The longer this takes, the fewer developers remember the reason.

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
Take the next step, or stop tracking the plan.
```plan rename-field User.name to=title how=trigger
next
days 10
```

## When to ignore it
When the plan has a reason to wait, such as old versions of a mobile app.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from refract.escaping import code_span
from refract.plans import Progress
from refract.plans.subject import place_of, subject_block
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.plans import head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule


@rule(Severity.INFO, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each plan without progress for a long time."""
    for view, progress in in_view(context):
        plan, step = progress.plan, progress.step
        days = (view.today - _moved(progress)).days
        if step is None or days <= view.rest:
            continue
        go_on = Do.CONFIRM_STEP if progress.waits_for_people else Do.TAKE_STEP
        yield Risk(
            key=plan.name,
            what=f"Plan {code_span(plan.name)} has made no progress for {days} days",
            harm=(harm(Effect.PLAN_AT_STEP, number=_number(progress), total=len(plan.steps), title=step.title),),
            now=(action(go_on, plan=plan.name), instead(Do.ABANDON_PLAN, plan=plan.name)),
            change=None,
            origin=place_of(view.tree, subject_block(plan, view.tree)) or head_of(plan),
        )


def _number(progress: Progress) -> int:
    """The number of the current step (from 1)."""
    return (progress.number or 0) + 1


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
