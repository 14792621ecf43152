"""A required field becomes optional, and older code does not expect that.

## What it does
Finds columns that may hold NULL from then on.

## Why it is risky
The database does not mind. But a program built from the older schema takes the field for always there:
Prisma Client hands it `null` without an error as soon as one row holds NULL.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name String
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String?
}
```

## Safer way
Make the field optional, deploy that everywhere, and begin to write NULL in a later release.
The schema cannot show that, so this finding is only there to be read. A new optional field has no such past:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String
  nick String?
}
```

## When to ignore it
When nothing writes NULL before all programs know the new schema.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label, created_here
from refract.schema.changes import AlterColumn


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that gets a `?`."""
    for change in context.on_existing(AlterColumn):
        if change.after.nullable and not change.before.nullable and not change.before.type.is_list:
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=f"{column_label(context, change.table, change.after)} becomes optional: programs that run with the "
                "older schema do not expect NULL there. Write the first NULL once all of them know.",
                change=change,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
            )
