"""Code uses a field, model or value that a plan removes.

## What it does
Searches the app's code for the fields, models and values that no code may use after a step of a plan.
The search begins when the step is taken, and continues after the step is confirmed.

## Why it is risky
Later steps rely on this. If a column is dropped while app instances read it, they fail.
Values written to the old column are lost when no trigger keeps both columns in sync.

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
Remove these uses and deploy, then confirm the step.
```ts app/user.ts
export const names = () => prisma.user.findMany({ select: { title: true } });
```

## When to ignore it
When the code never uses this database.

## Providers
All SQL databases. An error only if the step is confirmed. Code may read the values of an enum until they are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.plans import Plan, Progress, State
from refract.plans.subject import is_value, place_of
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.code import places_of
from refract.rules.kit.context import PlansInView, RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.plans import ended_by, head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.source import CodeUses, Target, counted

_Judgement = tuple[Harm, tuple[Action, ...], Severity | None]


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Everything that a plan removes and code still uses."""
    for view, progress in in_view(context):
        for number, target in ended_by(progress, view.tree):
            uses = context.uses(target)
            if uses is not None and uses.sure:
                yield _risk(progress, number, target, uses, view)


def _risk(progress: Progress, number: int, target: Target, uses: CodeUses, view: PlansInView) -> Risk:
    plan = progress.plan
    if is_value(target, view.tree):
        effect, now, severity = _use_of_value(target)
    elif progress.states[number] is State.DONE:
        effect, now, severity = _use_after_confirmation(plan, number, target)
    else:
        effect, now, severity = _use_before_confirmation(plan, number, target)
    return Risk(
        key=f"{plan.name}:{target}",
        what=f"Code still uses {code_span(target)}, which plan {code_span(plan.name)} will remove",
        harm=(effect, harm(Effect.STILL_USED_IN_CODE, uses=counted([(target, uses)]))),
        now=now,
        change=None,
        origin=place_of(view.tree, target.block, target.member) or head_of(plan),
        related=places_of(target, uses),
        severity=severity,
    )


def _use_of_value(target: Target) -> _Judgement:
    """Code may read a value of an enum until it is dropped."""
    value = code_span(target)
    now = (action(Do.STOP_WRITING_VALUES, values=value), action(Do.REMOVE_OTHER_USES))
    return harm(Effect.FAILS_ON_LATER_STEP, object=value), now, Severity.INFO


def _use_after_confirmation(plan: Plan, number: int, target: Target) -> _Judgement:
    now = (action(Do.STOP_USING), action(Do.TAKE_STEP, plan=plan.name))
    return harm(Effect.CONFIRMED_BUT_USED, number=number + 1, object=code_span(target)), now, None


def _use_before_confirmation(plan: Plan, number: int, target: Target) -> _Judgement:
    now = (action(Do.STOP_USING), action(Do.CONFIRM_STEP, plan=plan.name))
    return harm(Effect.STEP_NOT_FINISHED, number=number + 1, object=code_span(target)), now, Severity.INFO
