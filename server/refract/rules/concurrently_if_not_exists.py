"""A repeated concurrent build keeps an invalid index that an earlier try left.

## What it does
Finds `CREATE INDEX CONCURRENTLY IF NOT EXISTS` without a `DROP INDEX` above it.

## Why it is risky
A concurrent build that fails leaves an invalid index under the same name. No query uses that index, but every write maintains it.
A second run finds the name, does nothing and succeeds. A unique index that is invalid need not hold for existing rows.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE INDEX CONCURRENTLY IF NOT EXISTS "User_name_idx" ON "User"("name");
```

## Safer way
Leave out `IF NOT EXISTS`, so that a second run fails on an invalid index.
```sql migration
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## When to ignore it
When you check `pg_index.indisvalid` after each run.

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


@rule(Severity.INFO, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each such build with no index dropped above it."""
    for number, statement in enumerate(context.statements):
        if statement.says("DROP", "INDEX"):
            return
        if statement.says("INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS"):
            yield Risk(
                key=f"statement {number}",
                what="`IF NOT EXISTS` keeps an index that a failed build left invalid",
                harm=(harm(Effect.INVALID_INDEX_KEPT),),
                now=(action(Do.LEAVE_OUT_IF_NOT_EXISTS), action(Do.CHECK_INDEX_VALID)),
                change=None,
                origin=statement.origin,
            )
