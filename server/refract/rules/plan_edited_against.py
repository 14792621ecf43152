"""The schema was edited against an open plan.

## What it does
Finds edits that earlier steps made in the schema and that the schema no longer has.

## Why it is risky
Later steps depend on these edits. Their SQL would fail or change the wrong columns.
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
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.plans import edits_now, head_of, in_view, taken_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.syntax import SchemaTree

_Key = tuple[str, str, str]


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each edit of a step that the schema no longer has."""
    for view, progress in in_view(context):
        plan = progress.plan
        if view.tree.block(subject_block(plan, view.tree)) is None:
            continue
        for (block, member, _), (number, edit) in _expected(progress, view.tree).items():
            if holds(view.tree, edit):
                continue
            yield Risk(
                key=f"{plan.name}:{block}.{member}",
                what=f"{code_span(f'{block}.{member}')} no longer matches step {number + 1} of plan {code_span(plan.name)}",
                harm=(harm(Effect.LATER_STEPS_DEPEND_ON_IT, number=number + 1),),
                now=(
                    *_restore(edit),
                    instead(Do.UNDO_STEP, plan=plan.name),
                    instead(Do.ABANDON_PLAN, plan=plan.name),
                ),
                change=None,
                origin=place_of(view.tree, block, member) or head_of(plan),
            )


def _expected(progress: Progress, tree: SchemaTree) -> dict[_Key, tuple[int, SchemaEdit]]:
    """The last edit that earlier steps made of each part of a field."""
    found: dict[_Key, tuple[int, SchemaEdit]] = {}
    for number, step in enumerate(taken_steps(progress)):
        for edit in edits_now(step, progress.plan, tree):
            for key, lasting in _lasting(edit):
                if key[2] == "":
                    found = {k: v for k, v in found.items() if k[:2] != key[:2]}
                found[key] = (number, lasting)
    return found


def _restore(edit: SchemaEdit) -> Iterator[AnyAction]:
    """How to make an edit again."""
    match edit:
        case AddField(model, field, type_, attributes):
            yield action(Do.RESTORE_FIELD, field=" ".join((field, type_, *attributes)), model=code_span(model))
        case RemoveField(model, field):
            yield action(Do.RESTORE_REMOVAL, field=f"{code_span(f'{model}.{field}')}")
        case RenameField(model, field, to):
            yield action(Do.RESTORE_RENAME, field=f"{code_span(f'{model}.{field}')}", to=code_span(to))
        case RetypeField(model, field, type_):
            yield action(Do.RESTORE_TYPE, field=f"{code_span(f'{model}.{field}')}", type=type_)
        case AddAttribute(block, member, attribute):
            yield action(Do.ADD_ATTRIBUTE, attribute=attribute, field=f"{code_span(f'{block}.{member}')}")
        case _:
            return


def _lasting(edit: SchemaEdit) -> Iterator[tuple[_Key, SchemaEdit]]:
    """What an edit leaves in the schema, by the part of a field that it is about."""
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
