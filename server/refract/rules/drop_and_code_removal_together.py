"""One branch removes a field or a model from the code and drops its column or table.

## What it does
Finds columns and tables that go while code used them where this branch began, and no code here does any more.

## Why it is risky
The migration runs before the new code is everywhere: instances of the old one still ask for the column and fail.
If the new code has to be taken back, the old code finds no column, and the values are gone.

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
Mark the field `@ignore` in the release that no longer uses it, and drop it in the next.
```prisma after
model User {
  id       Int     @id
  nickname String? @ignore
}
```

## When to ignore it
When all programs are stopped while the migration runs, and the values may go.

## Providers
All with SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.code import field_target, model_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, join_table, table_label
from refract.schema.changes import Change, DropColumn, DropTable
from refract.source import Target
from refract.wording import files_of


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column and table that running code uses, and code here no longer does."""
    for change, subject, label, target in _dropped(context):
        here = context.uses(target)
        if here is None or here.sure or not here.whole:  # still used, as the rules on what goes say, or nobody knows
            continue
        former = context.former_uses(target)
        if former is not None and former.sure:
            column = isinstance(change, DropColumn)
            yield Risk(
                key=subject,
                what=f"The code that uses {label} (in {files_of(former.sure)}) goes in the same branch. Where both are deployed together, "
                "old instances fail until they are replaced, and the new release cannot be taken back. "
                f"Let this branch remove the code, with {'the field marked `@ignore`' if column else 'the model marked `@@ignore`'}, "
                "and a later one drop it.",
                change=change,
            )


def _dropped(context: RuleContext) -> Iterator[tuple[Change, str, str, Target]]:
    """What goes that running programs know: the change, what it is called, what code calls it."""
    deployed = context.deployed
    for change in context.on_existing(DropColumn) if deployed else ():
        table = deployed.tables.get(change.table) if deployed else None
        column = table.column(change.column.name) if table else None
        if table and column and not table.ignored and not column.ignored:
            label = column_label(context, change.table, change.column)
            yield change, f"{change.table}.{column.name}", label, field_target(context, change.table, column)
    for dropped in context.changes(DropTable) if deployed else ():
        name = dropped.table.name
        known = deployed.tables.get(name) if deployed else None
        if known and not known.ignored and not join_table(dropped.table) and not context.is_created_elsewhere(name):
            yield dropped, str(name), table_label(context, name), model_target(context, name)
