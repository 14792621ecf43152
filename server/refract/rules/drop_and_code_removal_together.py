"""One branch removes the code that uses a field or model, and drops its column or table.

## What it does
Finds dropped columns and tables that code used when this branch began, and that no code on this branch uses.

## Why it is risky
The migration runs before every app instance has the new code. Old instances still read the column, and fail.
If you must roll back the release, the old code finds no column, and the values are lost.

## Example
```prisma before
model User {
  id       Int     @id
  nickname String?
}
```
```prisma after
model User {
  id Int @id
}
```
```ts base app/user.ts
export const names = () => prisma.user.findMany({ select: { nickname: true } });
```
```ts app/user.ts
export const names = () => prisma.user.findMany({ select: { id: true } });
```

## Safer way
Mark the field `@ignore` in the release that stops using it, and drop the field in the next release.
```prisma after
model User {
  id       Int     @id
  nickname String? @ignore
}
```

## When to ignore it
When all app instances are stopped during the migration, and you do not need the values.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.code import field_target, model_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, is_join_table, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change, DropColumn, DropTable
from refract.source import Target
from refract.wording import files_of


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column and table that deployed code uses, and that code on this branch does not."""
    for change, subject, label, target in _dropped(context):
        here = context.uses(target)
        if here is None or here.sure or not here.whole:  # still used, which other rules report, or not known
            continue
        former = context.former_uses(target)
        if former is not None and former.sure:
            yield Risk(
                key=subject,
                what=f"This branch drops {label} and its last uses in code",
                harm=(
                    harm(Effect.OLD_CODE_STILL_USES, object=code_span(target), files=files_of(former.sure)),
                    harm(Effect.RELEASE_CANNOT_ROLL_BACK),
                ),
                now=_actions(target),
                change=change,
            )


def _actions(target: Target) -> tuple[Action, ...]:
    if target.member:
        return action(Do.MARK_IGNORED, field=code_span(target.member)), action(Do.REMOVE_FIELD_LATER)
    return action(Do.MARK_MODEL_IGNORED, model=code_span(target.block)), action(Do.REMOVE_MODEL_LATER)


def _dropped(context: RuleContext) -> Iterator[tuple[Change, str, str, Target]]:
    """The drops of what deployed code knows: the change, its key, its label and its name in code."""
    columns, tables = tuple(context.on_existing(DropColumn)), tuple(context.changes(DropTable))
    deployed = context.deployed if columns or tables else None  # reading a schema at another commit is slow
    for change in columns if deployed else ():
        table = deployed.tables.get(change.table) if deployed else None
        column = table.column(change.column.name) if table else None
        if table and column and not table.ignored and not column.ignored:
            label = column_label(context, change.table, change.column)
            yield change, f"{change.table}.{column.name}", label, field_target(context, change.table, column)
    for dropped in tables if deployed else ():
        name = dropped.table.name
        known = deployed.tables.get(name) if deployed else None
        if known and not known.ignored and not is_join_table(dropped.table) and not context.is_created_elsewhere(name):
            yield dropped, str(name), table_label(context, name), model_target(context, name)
