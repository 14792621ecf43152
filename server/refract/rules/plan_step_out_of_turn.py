"""A later step of a plan was taken before an earlier one is confirmed.

## What it does
Finds steps of a plan that are already in the schema or the migrations,
although an earlier step is not confirmed as deployed.

## Why it is risky
The steps are safe only in their order.
If a column is dropped while app instances use it, they fail, and the last values that they wrote are lost.

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
Complete the earlier step, confirm it with `refract plan done`, and only then take the next step.
```plan rename-field User.name to=title how=trigger
next
next
next
next
done
```

## When to ignore it
Never. Confirm the earlier step, or abandon the plan if you no longer want the change.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.plans import Plan, PlanStep, Progress
from refract.plans.subject import edited_blocks, members, place_of
from refract.recipes.acts import (
    OLD_INSTANCES_STOPPED,
    Decide,
    Deploy,
    Instruction,
    RestartPooled,
    RunScripts,
    Start,
    StopAll,
)
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
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import PlansInView, RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.history import head_of as migration_head
from refract.rules.kit.plans import edits_now, head_of, in_view, open_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.text import Origin

_FOR_INSTANCES = (Deploy, StopAll, Start, RestartPooled, Instruction)
_FOR_ROWS = (Decide, RunScripts)


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first step of each plan that was taken too early."""
    for view, progress in in_view(context):
        number, early = progress.number, next(_early(progress, view), None)
        if number is None or early is None:
            continue
        at, origin = early
        plan, waits = progress.plan, progress.plan.steps[number]
        yield Risk(
            key=f"{plan.name}:{plan.steps[at].id}",
            what=f"Step {at + 1} of plan {code_span(plan.name)} was taken before step {number + 1} was confirmed",
            harm=_harm(waits, number + 1),
            now=_actions(plan, waits, number + 1),
            change=None,
            origin=origin,
        )


def _harm(waits: PlanStep, number: int) -> Iterator[Harm]:
    if any(isinstance(act, _FOR_INSTANCES) for act in waits.acts):
        yield harm(Effect.RUNNING_CODE_RELIES_ON_IT)
    if any(isinstance(act, _FOR_ROWS) for act in waits.acts):
        yield harm(Effect.ROWS_LEFT_BY_STEP, number=number)
    yield harm(Effect.STEP_UNCONFIRMED, number=number, title=waits.title)


def _actions(plan: Plan, waits: PlanStep, number: int) -> Iterator[Action]:
    yield action(Do.REVERT_UNTIL_CONFIRMED, number=number)
    yield action(Do.COMPLETE_STEP, number=number)
    if OLD_INSTANCES_STOPPED in waits.acts:
        yield action(Do.WAIT_FOR_OLD_INSTANCES)
    yield action(Do.CONFIRM_STEP, plan=plan.name)


def _early(progress: Progress, view: PlansInView) -> Iterator[tuple[int, Origin]]:
    """Steps after the current one that were already taken, and where."""
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
    """Whether an edit that takes something from code is in the schema; what a step still adds is not missing yet."""
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
    blocks = (block for edit in edits for _, block in edited_blocks(edit))
    return next((o for block in blocks if (o := place_of(view.tree, block))), head_of(plan))
