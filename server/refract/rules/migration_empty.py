"""A new migration contains no statements.

## What it does
Finds new migrations without statements.

## Why it is risky
Often the SQL was meant to be written by hand, and was forgotten.
If not, the history keeps a migration that changes nothing.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
-- This is an empty migration.
```

## Safer way
Write the statements, or remove the folder before you merge.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "a" TEXT;
```

## When to ignore it
When the migration marks a change that another tool makes.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.text import Origin, Span


@rule(Severity.INFO, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The migration, if it has no statements."""
    migration = context.migration
    if migration is not None and not migration.statements:
        yield Risk(
            key="empty",
            what=f"Migration {code_span(migration.name)} contains no statements",
            now=(action(Do.WRITE_STATEMENTS), instead(Do.REMOVE_FOLDER)),
            change=None,
            origin=Origin(migration.path, "", Span(0, 0)),
        )
