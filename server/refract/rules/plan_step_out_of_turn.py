"""A later step of a plan is here before an earlier one is confirmed.

## What it does
Finds steps of a plan that the schema or the migrations have already, while programs of a step before them are not
confirmed to be deployed.

## Why it is risky
The order of the steps is what makes them safe. A column that goes before every program has stopped using it makes
these programs fail, and what they wrote last is lost.

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
skip
```

## Safer way
Deploy what the plan says, confirm it with `refract plan done`, and only then take the next step.
```plan rename-field User.name to=title how=trigger
next
next
next
next
done
```

## When to ignore it
Never: confirm the step, or abandon the plan when it is not to be followed.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Plan, Progress
from refract.plans.subject import members, place_of
from refract.recipes.schema_edits import (
    AddAttribute,
    AddField,
    RemoveBlock,
    RemoveField,
    RenameBlock,
    RenameField,
    SchemaEdit,
    holds,
)
from refract.rules.kit.context import PlansInView, RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.history import head_of as migration_head
from refract.rules.kit.plans import edits_now, head_of, in_view, open_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.text import Origin


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first step of each plan that is here too early."""
    for view, progress in in_view(context):
        number, early = progress.number, next(_early(progress, view), None)
        if number is None or early is None:
            continue
        at, origin = early
        plan, waits = progress.plan, progress.plan.steps[number]
        yield Risk(
            key=f"{plan.name}:{plan.steps[at].id}",
            what=f"This is step {at + 1} of the plan `{plan.name}` (\u201c{plan.steps[at].title}\u201d), but step {number + 1} is "
            f"not confirmed: \u201c{waits.title}\u201d. Programs that run still rely on what this changes. "
            f"Once that is deployed everywhere, confirm it with `refract plan done {plan.name}`; until then take this back.",
            change=None,
            origin=origin,
        )


def _early(progress: Progress, view: PlansInView) -> Iterator[tuple[int, Origin]]:
    """Steps after the one in hand that are here, and where."""
    if progress.step is None or not progress.step.needs_confirmation:
        return
    plan, coming = progress.plan, set[tuple[str, str]]()
    for number, step in open_steps(progress):
        edits = edits_now(step, plan, view.tree)
        folder = next((m.folder for m in step.migrations if m.folder in view.migrations), None)
        if number != progress.number and folder is not None:
            yield number, migration_head(view.migrations[folder])
        elif number != progress.number and any(_is_done(edit, view, coming) for edit in edits):
            yield number, _place(plan, edits, view)
        coming |= {member for edit in edits if isinstance(edit, AddField | RenameField) for member in members(edit)}
        coming |= {(edit.to, "") for edit in edits if isinstance(edit, RenameBlock)}


def _is_done(edit: SchemaEdit, view: PlansInView, coming: set[tuple[str, str]]) -> bool:
    """Whether an edit that takes something from programs is in the schema; what a step still adds is not missing yet."""
    if isinstance(edit, RemoveField):
        return (
            (edit.model, edit.field) not in coming
            and view.tree.block(edit.model) is not None
            and holds(view.tree, edit)
        )
    if isinstance(edit, RemoveBlock):
        return (edit.block, "") not in coming and holds(view.tree, edit)
    return isinstance(edit, AddAttribute) and edit.attribute == "@ignore" and holds(view.tree, edit)


def _place(plan: Plan, edits: tuple[SchemaEdit, ...], view: PlansInView) -> Origin:
    blocks = (getattr(edit, "model", "") or getattr(edit, "block", "") for edit in edits)
    return next((o for block in blocks if (o := place_of(view.tree, block))), head_of(plan))
