"""A required field becomes optional, and old app instances do not expect NULL.

## What it does
Finds columns that lose `NOT NULL`.

## Why it is risky
The change itself is safe for the database.
But code built from the old schema expects a value in every row.
As soon as a row holds NULL, Prisma Client 7 returns `null` to that code without an error.
Older versions fail when they read the row (P2032).

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
Make the field optional, deploy the new schema to every app instance, and write NULL only in a later release.
The schema cannot show the order of these releases, so the finding stays until the migration is merged.
A new optional field is not reported, because no old code reads the field:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String
  nick String?
}
```

## When to ignore it
When nothing writes NULL before every app instance has the new schema.

## Providers
All databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.versions import is_since
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here
from refract.rules.kit.rule import rule
from refract.schema.changes import AlterColumn

_RETURNS_NULL = (7,)  # the first version whose engine does not check what it reads


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that becomes optional."""
    for change in context.on_existing(AlterColumn):
        if change.after.nullable and not change.before.nullable and not change.before.type.is_list:
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=f"Old app instances do not expect NULL in {column_label(context, change.table, change.after)}",
                harm=(harm(_effect(context)),),
                now=(action(Do.DEPLOY_SCHEMA_EVERYWHERE), action(Do.WRITE_VALUES_LATER, values="NULL")),
                change=change,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
            )


def _effect(context: RuleContext) -> Effect:
    return Effect.NULL_WITHOUT_ERROR if is_since(context.versions.prisma, _RETURNS_NULL) else Effect.NULL_READS_FAIL
