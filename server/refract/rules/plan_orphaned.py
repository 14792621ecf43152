"""A plan is about a model, enum or field that the schema does not have.

## What it does
Finds plans whose model, enum or field is missing from the schema, although no step has removed it.
Plans that were made for another database are reported too.

## Why it is risky
The next step cannot be taken.
The database keeps the additions of earlier steps, such as a second column or a trigger that runs on every write.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}

model Post {
  id Int @id
}
```
```plan rename-field User.name to=title how=trigger
```
```prisma after
model Post {
  id Int @id
}
```

## Safer way
Restore the model, enum or field. Or stop tracking the plan with `refract plan abandon`, and remove what the plan added.
```prisma after
model User {
  id   Int    @id
  name String
}
```

## When to ignore it
Never. If you no longer want the change, abandon the plan.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.plans import Plan, Progress
from refract.plans.subject import edit_now, members, subject_block
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.plans import head_of, in_view, taken_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.syntax import SchemaTree


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each plan without its subject, or for another database."""
    for view, progress in in_view(context):
        plan = progress.plan
        missing = _missing(progress, view.tree)
        if plan.provider != context.provider.name:
            restore = action(Do.RESTORE_PROVIDER, provider=plan.provider)
            yield _risk(progress, _what_provider(plan, context.provider.name), restore)
        elif missing:
            restore = action(Do.RESTORE_OBJECT, object=code_span(missing))
            yield _risk(progress, _what_missing(plan, missing), restore)


def _what_provider(plan: Plan, provider: str) -> str:
    return f"Plan {code_span(plan.name)} was made for {plan.provider}, not for {provider}"


def _what_missing(plan: Plan, missing: str) -> str:
    return f"Plan {code_span(plan.name)} cannot continue without {code_span(missing)}"


def _risk(progress: Progress, what: str, restore: Action) -> Risk:
    plan = progress.plan
    return Risk(
        key=plan.name,
        what=what,
        harm=(harm(Effect.PLAN_LEFTOVERS),) if any(taken_steps(progress)) else (),
        now=(restore, instead(Do.ABANDON_PLAN, plan=plan.name)),
        change=None,
        origin=head_of(plan),
    )


def _missing(progress: Progress, tree: SchemaTree) -> str:
    """The part of the plan's subject that the schema lacks; empty if nothing is missing."""
    plan = progress.plan
    block = subject_block(plan, tree)
    touched = {
        member
        for step in taken_steps(progress)
        for edit in step.schema
        for member in members(edit_now(edit, plan, tree))
    }
    found = tree.block(block)
    if found is None:
        return "" if (block, "") in touched else block
    member = plan.answers.get("field", "") if "model" in plan.answers else plan.answers.get("value", "")
    known = {*(f.name.text for f in found.fields), *(v.name.text for v in found.values)}
    begun = any(step.schema for step in taken_steps(progress))
    adds = plan.recipe.startswith("add-")
    early = progress.step is not None and progress.step.needs_confirmation  # plan-step-out-of-turn reports that
    return "" if begun or adds or early or not member or member in known else f"{block}.{member}"
