"""The schema was edited against an open plan.

## What it does
Finds fields, enum values and edits of an open plan that the schema no longer has as the plan left them.
A field that was renamed, removed, or given another type, `@map` or default counts.
So does a schema that already has all that the open steps would change.

## Why it is risky
The SQL of all steps was written when the plan was made. It would fail, change the wrong columns, or lose the edit.
A trigger that keeps two columns in sync may write to a column that no longer exists.

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
Restore the edit. Or undo the last step with `refract plan back`, or stop tracking the plan with `refract plan abandon`.
```prisma after
model User {
  id    Int     @id
  name  String
  title String?
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
from refract.plans.expected import Divergence, Way, divergences, is_made_by_hand
from refract.plans.subject import place_of, subject_block
from refract.recipes.schema_edits import (
    AddAttribute,
    AddField,
    RemoveAttribute,
    RemoveField,
    RenameField,
    RetypeField,
    SchemaEdit,
)
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import PlansInView, RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, harm
from refract.rules.kit.plans import head_of, in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each part of the schema that is not as a plan needs it; one finding if the rest was made by hand."""
    for view, progress in in_view(context):
        if view.tree.block(subject_block(progress.plan, view.tree)) is None:
            continue
        found = divergences(progress, view.tree)
        if found and is_made_by_hand(progress, view.tree):
            yield _by_hand(progress, view)
        else:
            yield from (_risk(progress, divergence, view) for divergence in found)


def _by_hand(progress: Progress, view: PlansInView) -> Risk:
    plan, number = progress.plan, (progress.number or 0) + 1
    return Risk(
        key=plan.name,
        what=f"The schema skips steps {number} to {len(plan.steps)} of plan {code_span(plan.name)}",
        harm=(
            harm(Effect.PLAN_AT_STEP, number=number, total=len(plan.steps), title=plan.steps[number - 1].title),
            harm(Effect.STEPS_MAKE_THIS_SAFE),
        ),
        now=(action(Do.UNDO_EDIT), action(Do.TAKE_STEP, plan=plan.name), instead(Do.ABANDON_PLAN, plan=plan.name)),
        change=None,
        origin=place_of(view.tree, subject_block(plan, view.tree)) or head_of(plan),
    )


def _risk(progress: Progress, found: Divergence, view: PlansInView) -> Risk:
    plan = progress.plan
    return Risk(
        key=f"{plan.name}:{found.name}",
        what=_headline(plan, found),
        harm=_harm(plan, found),
        now=(*_restore(found.edit), *_otherwise(progress)),
        change=None,
        origin=place_of(view.tree, found.block, found.member) or head_of(plan),
    )


def _headline(plan: Plan, found: Divergence) -> str:
    name, plan_name = code_span(found.name), code_span(plan.name)
    if found.is_made:
        return f"{name} no longer matches step {found.number + 1} of plan {plan_name}"
    if found.way is Way.GONE:
        return f"{name} is missing, but step {found.number + 1} of plan {plan_name} needs it"
    return f"{name} was changed under plan {plan_name}"


def _harm(plan: Plan, found: Divergence) -> Iterator[AnyHarm]:
    if found.is_made:
        yield harm(Effect.LATER_STEPS_DEPEND_ON_IT, number=found.number + 1)
    else:
        yield harm(Effect.STEP_WRITTEN_FOR_FORMER_SCHEMA, number=found.number + 1, title=plan.steps[found.number].title)


def _otherwise(progress: Progress) -> Iterator[AnyAction]:
    if progress.has_begun:
        yield instead(Do.UNDO_STEP, plan=progress.plan.name)
    yield instead(Do.ABANDON_PLAN, plan=progress.plan.name)


def _restore(edit: SchemaEdit) -> Iterator[AnyAction]:
    """How to make an edit again."""
    match edit:
        case AddField(model, field, type_, attributes):
            yield action(
                Do.RESTORE_FIELD, field=" ".join(filter(None, (field, type_, *attributes))), model=code_span(model)
            )
        case RemoveField(model, field):
            yield action(Do.RESTORE_REMOVAL, field=f"{code_span(f'{model}.{field}')}")
        case RenameField(model, field, to):
            yield action(Do.RESTORE_RENAME, field=f"{code_span(f'{model}.{field}')}", to=code_span(to))
        case RetypeField(model, field, type_):
            yield action(Do.RESTORE_TYPE, field=f"{code_span(f'{model}.{field}')}", type=type_)
        case AddAttribute(block, member, attribute):
            yield action(Do.ADD_ATTRIBUTE, attribute=attribute, field=f"{code_span(f'{block}.{member}')}")
        case RemoveAttribute(block, member, name):
            yield action(Do.REMOVE_ATTRIBUTE_OF, attribute=f"@{name}", field=f"{code_span(f'{block}.{member}')}")
        case _:
            return
