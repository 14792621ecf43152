"""A concurrent index build stands inside a transaction.

## What it does
Finds `CONCURRENTLY` between `BEGIN` and `COMMIT`.

## Why it is risky
PostgreSQL refuses it there (error 25001), so that the migration fails.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
BEGIN;
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
COMMIT;
```

## Safer way
No transaction around it.
```sql migration
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## When to ignore it
Never: it cannot run.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.sql.transactions import in_transaction


@rule(Severity.ERROR, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each concurrent statement in a transaction."""
    for number, statement in enumerate(in_transaction(context.statements)):
        if "CONCURRENTLY" in statement.words:
            yield Risk(
                key=f"concurrently {number}",
                what="PostgreSQL refuses `CONCURRENTLY` between BEGIN and COMMIT (error 25001): the migration fails. "
                "Move this statement to a migration of its own.",
                change=None,
                origin=statement.origin,
            )
