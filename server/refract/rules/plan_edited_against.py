"""The schema was edited against a plan that is being followed.

## What it does
Finds what the steps taken so far have put into the schema, and what is no longer so.

## Why it is risky
The steps to come are built on it: their SQL would fail, or do to the wrong columns what was meant for others, and the
trigger that keeps the columns in step may write to one that is gone.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
```
```prisma after
model User {
  id   Int    @id
  name String
}
```

## Safer way
Put it back; or take the step back with `refract plan back`; or end the plan with `refract plan abandon`.
```prisma after
model User {
  id    Int     @id
  name  String
  title String?
}
```

## When to ignore it
Never: abandon the plan when it is not to be followed.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Progress
from refract.plans.subject import place_of, subject_block
from refract.recipes.schema_edits import (
    AddAttribute,
    AddField,
    RemoveField,
    RenameField,
    RetypeField,
    SchemaEdit,
    holds,
)
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import edits_now, head_of, in_view, taken_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.syntax import SchemaTree

_Key = tuple[str, str, str]


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each edit of a step that no longer holds."""
    for view, progress in in_view(context):
        plan = progress.plan
        if view.tree.block(subject_block(plan, view.tree)) is None:
            continue
        for (block, member, _), (number, edit) in _expected(progress, view.tree).items():
            if holds(view.tree, edit):
                continue
            yield Risk(
                key=f"{plan.name}:{block}.{member}",
                what=f"Step {number + 1} of the plan `{plan.name}` did this: {edit}. The schema has it no longer, and the next steps "
                f"are built on it. Put it back, take the step back with `refract plan back {plan.name}`, or end the plan "
                f"with `refract plan abandon {plan.name}`.",
                change=None,
                origin=place_of(view.tree, block, member) or head_of(plan),
            )


def _expected(progress: Progress, tree: SchemaTree) -> dict[_Key, tuple[int, SchemaEdit]]:
    """The last thing that the steps taken have said about each part of a field."""
    found: dict[_Key, tuple[int, SchemaEdit]] = {}
    for number, step in enumerate(taken_steps(progress)):
        for edit in edits_now(step, progress.plan, tree):
            for key, said in _said(edit):
                if key[2] == "":
                    found = {k: v for k, v in found.items() if k[:2] != key[:2]}
                found[key] = (number, said)
    return found


def _said(edit: SchemaEdit) -> Iterator[tuple[_Key, SchemaEdit]]:
    match edit:
        case AddField(model, field) | RemoveField(model, field):
            yield (model, field, ""), edit
        case RenameField(model, field, to):
            yield (model, field, ""), RemoveField(model, field)
            yield (model, to, ""), edit
        case RetypeField(model, field):
            yield (model, field, "type"), edit
        case AddAttribute(block, member, "@ignore"):
            yield (block, member, "@ignore"), edit
        case _:
            return
