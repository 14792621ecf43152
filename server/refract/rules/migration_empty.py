"""A new migration does nothing.

## What it does
Finds new migrations without a statement.

## Why it is risky
It stays in the history for ever, and each database runs it. Often the SQL was meant to be written by hand, and that was forgotten.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
-- This is an empty migration.
```

## Safer way
Write the statements, or remove the folder before it is merged.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "a" TEXT;
```

## When to ignore it
When the migration marks a step that other tools do.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.text import Origin, Span


@rule(Severity.INFO, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The migration, if nothing is in it."""
    migration = context.migration
    if migration is not None and not migration.statements:
        yield Risk(
            key="empty",
            what=f"`{migration.name}` has no statement. Write what it should do, or remove the folder before it is merged.",
            change=None,
            origin=Origin(migration.path, "", Span(0, 0)),
        )
