"""A field's type changes in a way that may lose values or fail.

## What it does
Finds type changes in place that Prisma itself calls risky: shorter text, smaller numbers, less precision.

## Why it is risky
A value that does not fit is cut, rounded or refused, depending on the database and the types;
if it is refused, the migration stops there.
Most such changes also write the whole table anew while others wait.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String @db.VarChar(200)
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @db.VarChar(50)
}
```

## Safer way
Look for values that do not fit first. Where the table is large, add a field of the new type beside the old one,
copy the values in batches, switch over to it, and drop the old one last.
```prisma after
model User {
  id         Int     @id @default(autoincrement())
  email      String  @db.VarChar(200)
  emailShort String? @db.VarChar(50)
}
```

## When to ignore it
When every value fits, and the table is small.

## Providers
All with columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of
from refract.rules.kit.words import column_label, created_here, cure, sentences, table_label, who_waits
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type change that Prisma makes in place although values may not survive it."""
    for change in context.on_existing(AlterColumn):
        if cast_of(change) in (Cast.RISKY, Cast.NOT_CASTABLE) and not _same_enum(change):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_message(context, change),
                change=change,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
            )


def _same_enum(change: AlterColumn) -> bool:
    """Values that come and go in an enum kept by the column have rules of their own."""
    return change.before.type.name == change.after.type.name == "ENUM"


def _message(context: RuleContext, change: AlterColumn) -> str:
    operation = context.behaviour.rewrite
    return sentences(
        f"{column_label(context, change.table, change.after)} changes from "
        f"`{context.provider.render_type(change.before.type)}` to `{context.provider.render_type(change.after.type)}`: "
        "values that do not fit are cut, rounded or make the migration fail.",
        who_waits(operation, table_label(context, change.table)),
        "Look for such values first.",
        cure(operation),
    )
