"""A concurrent index build shares its migration file with other statements.

## What it does
Finds `CONCURRENTLY` in a migration of several statements, for Prisma before 7.4.
`REFRESH MATERIALIZED VIEW CONCURRENTLY` may share a file.

## Why it is risky
Prisma before 7.4 sends the whole file as one query, which PostgreSQL runs in one transaction.
The migration fails with `CREATE INDEX CONCURRENTLY cannot run inside a transaction block` (25001).

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## Safer way
Put the statement into a separate migration.
```sql migration
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## When to ignore it
If every environment runs Prisma 7.4 or newer.

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
from refract.sql.transactions import is_one_transaction, needs_no_transaction


@rule(Severity.ERROR, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first concurrent statement that is not alone."""
    if len(context.statements) < 2 or not is_one_transaction(context.versions):
        return
    found = next((s for s in context.statements if needs_no_transaction(s)), None)
    if found is not None:
        yield Risk(
            key="concurrently",
            what="`CONCURRENTLY` fails next to other statements",
            harm=(harm(Effect.SENT_AS_ONE_TRANSACTION, sql="`CONCURRENTLY`"),),
            now=(action(Do.MOVE_TO_SEPARATE_MIGRATION),),
            change=None,
            origin=found.origin,
        )
