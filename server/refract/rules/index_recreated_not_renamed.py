"""An index is renamed, so Prisma drops and rebuilds it.

## What it does
Finds renamed indexes on databases where Prisma drops the old index and builds a new one.

## Why it is risky
Until the new index is built, queries that use it are slow.
If the index is unique, duplicates are accepted in the meantime, and they make the rebuild fail.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name], map: "by_name")
}
```

## Safer way
Keep the name with `map`. On MariaDB 10.5 and newer you can also write `ALTER TABLE ... RENAME INDEX` in the migration.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```

## When to ignore it
When the table is small.

## Providers
SQLite and MariaDB. On other databases Prisma renames the index.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.changes import RenameIndex


@rule(Severity.INFO, SQL, SCHEMA_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index whose name alone changes."""
    if context.versions.flavour not in context.behaviour.recreates_renamed_indexes:
        return
    for change in context.on_existing(RenameIndex):
        yield Risk(
            key=f"{change.table}.{change.after.name}",
            what=f"Renaming index {code_span(change.before.name)} of {table_label(context, change.table)} drops and rebuilds it",
            harm=_harm(change),
            now=(action(Do.KEEP_INDEX_NAME, argument=f'map: "{change.before.name}"'),),
            change=change,
        )


def _harm(change: RenameIndex) -> Iterator[Harm]:
    if change.before.unique:
        yield harm(Effect.DUPLICATES_UNTIL_REBUILT)
    yield harm(Effect.SLOW_UNTIL_REBUILT)
