"""Code uses what a plan is about to take away.

## What it does
Looks in the code of the application for the fields, models and values that no program may use from a step of a plan on:
once that step is taken, and still after a person has confirmed it.

## Why it is risky
The next steps rely on it. A column that is dropped while programs read it makes them fail, and what programs write to
the old column is lost once nothing keeps both in step.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
next
next
next
next
done
```
```ts app/user.ts
export const names = () => prisma.user.findMany({ select: { name: true } });
```

## Safer way
Change these places and deploy, then confirm the step.
```ts app/user.ts
export const names = () => prisma.user.findMany({ select: { title: true } });
```

## When to ignore it
When the places are in code that never runs against this database.

## Providers
All with migrations. What is only to be deployed yet is told, and no error. Values of an enum may be read until they go.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Progress, State
from refract.plans.subject import is_value, place_of
from refract.rules.kit.code import places_of
from refract.rules.kit.context import PlansInView, RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import ended_by, head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.source import CodeUses, Target


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Everything that a plan has ended and code still uses."""
    for view, progress in in_view(context):
        for number, target in ended_by(progress, view.tree):
            uses = context.uses(target)
            if uses is not None and uses.sure:
                yield _risk(progress, number, target, uses, view)


def _risk(progress: Progress, number: int, target: Target, uses: CodeUses, view: PlansInView) -> Risk:
    plan, done = progress.plan, progress.states[number] is State.DONE
    step = f"step {number + 1} of the plan `{plan.name}`"
    if is_value(target, view.tree):
        said = (
            f"The code still names `{target}` in {uses.counted}. Programs may read it, but not write it any more; before the "
            f"value goes, after {step}, no code may name it."
        )
    elif done:
        said = (
            f"{step.capitalize()} is confirmed, but the code still uses `{target}` in {uses.counted}: the next steps take it "
            "away, and that code fails. Change these places and deploy before you go on."
        )
    else:
        said = (
            f"The code still uses `{target}` in {uses.counted}. {step.capitalize()} is done when none is left "
            "and that is deployed."
        )
    return Risk(
        key=f"{plan.name}:{target}",
        what=said,
        change=None,
        origin=place_of(view.tree, target.block, target.member) or head_of(plan),
        related=places_of(target, uses),
        severity=None if done and not is_value(target, view.tree) else Severity.INFO,
    )
