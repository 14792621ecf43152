"""A plan is about something that the schema does not have.

## What it does
Finds plans whose model, enum or field is not in the schema, though no step of theirs has removed it.

## Why it is risky
Nobody can take the next step, and what the steps before have left behind (a second column, a trigger on every write)
stays for ever.

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
Put it back, or end the plan with `refract plan abandon` and remove what it left.
```prisma after
model User {
  id   Int    @id
  name String
}
```

## When to ignore it
Never: abandon the plan.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Progress
from refract.plans.subject import edit_now, members, subject_block
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import head_of, in_view, taken_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.syntax import SchemaTree


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each plan without its subject, or for another database."""
    for view, progress in in_view(context):
        plan = progress.plan
        why = _missing(progress, view.tree)
        if plan.provider != context.provider.name:
            why = f"it was made for {plan.provider}, and the schema is for {context.provider.name}"
        if why:
            yield Risk(
                key=plan.name,
                what=f"The plan `{plan.name}` cannot be followed: {why}. Put that back, or end the plan with "
                f"`refract plan abandon {plan.name}`.",
                change=None,
                origin=head_of(plan),
            )


def _missing(progress: Progress, tree: SchemaTree) -> str:
    """What of the plan's subject the schema has not; empty when all is there."""
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
        return "" if (block, "") in touched else f"the schema has no `{block}`"
    member = plan.answers.get("field", "") if "model" in plan.answers else plan.answers.get("value", "")
    known = {*(f.name.text for f in found.fields), *(v.name.text for v in found.values)}
    begun = any(step.schema for step in taken_steps(progress))
    adds = plan.recipe.startswith("add-")
    early = progress.step is not None and progress.step.needs_confirmation  # plan-step-out-of-turn speaks of that
    return "" if begun or adds or early or not member or member in known else f"`{block}` has no `{member}`"
