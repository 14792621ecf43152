"""A CHECK is added over rows that exist.

## What it does
Finds `ADD CHECK` without `NOT VALID`, in tables that are not new.

## Why it is risky
It fails if any row breaks it, and every row is read while the table is locked.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0);
```

## Safer way
Add it `NOT VALID`, which holds for new rows at once; settle the rows that break it, and validate it in a later migration.
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0) NOT VALID;
```

## When to ignore it
When the table is small and its rows are known to fit.

## Providers
PostgreSQL; SQL Server with `WITH NOCHECK`.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.rules.kit.words import cure, sentences, who_waits
from refract.schema.changes import AddCheck

_PROVIDERS = frozenset({"postgresql", "cockroachdb", "mysql", "sqlserver"})


@rule(Severity.WARNING, _PROVIDERS, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each CHECK that existing rows must pass."""
    operation = context.behaviour.add_check
    for change in context.on_existing(AddCheck):
        if change.check.validated:
            table = f"`{change.table.name}`"
            yield Risk(
                key=f"{change.table}.{change.check.name}",
                what=sentences(
                    f"The migration fails if any row of {table} breaks the CHECK `{change.check.name}`.",
                    who_waits(operation, table),
                    cure(operation),
                ),
                change=change,
            )
