"""A concurrent index build runs inside a transaction.

## What it does
Finds `CONCURRENTLY` between `BEGIN` and `COMMIT`, except in `REFRESH MATERIALIZED VIEW`, which may run there.

## Why it is risky
PostgreSQL refuses the statement there (error 25001), so the migration fails.

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
Move the statement to a separate migration, without a transaction.
```sql migration
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## When to ignore it
Never: the statement cannot run there.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.sql.transactions import in_transaction, needs_no_transaction


@rule(Severity.ERROR, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each concurrent statement in a transaction."""
    for number, statement in enumerate(in_transaction(context.statements)):
        if needs_no_transaction(statement):
            yield Risk(
                key=f"concurrently {number}",
                what="`CONCURRENTLY` fails inside a transaction",
                harm=(harm(Effect.REFUSED_IN_TRANSACTION, sql="`CONCURRENTLY`"),),
                now=(action(Do.MOVE_TO_SEPARATE_MIGRATION),),
                change=None,
                origin=statement.origin,
            )
