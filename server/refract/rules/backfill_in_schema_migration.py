"""A migration updates rows of a table in use and also changes tables.

## What it does
Finds `UPDATE` of existing tables after statements that change tables.

## Why it is risky
Prisma before 7.4 runs the file as one transaction, and so does `BEGIN`.
The locks of earlier statements are held while the rows are updated.
Every updated row stays locked until the end, so a long update stalls the deploy.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "label" TEXT;
UPDATE "User" SET "label" = "name";
```

## Safer way
Update the rows in a separate migration, or in batches while the app runs.
```sql migration
UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL, SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rows import HOLDS_LOCKS, backfill_under_locks
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.wording import listed


@rule(Severity.INFO, HOLDS_LOCKS, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first UPDATE after a change of a table in use, in one transaction with it."""
    found = backfill_under_locks(context)
    if found is not None:
        statement, tables = found
        yield Risk(
            key="backfill",
            what=f"Updating rows of {listed(tables)} here prolongs the migration's locks",
            harm=(harm(Effect.LOCKS_HELD_TO_THE_END),),
            now=(action(Do.MOVE_TO_SEPARATE_MIGRATION), instead(Do.FILL_ROWS_IN_BATCHES)),
            change=None,
            origin=statement.origin,
        )
