"""A migration that can stop halfway cannot be run again.

## What it does
Finds the first CREATE, ADD or DROP without `IF [NOT] EXISTS` in a migration of several statements that is not one transaction.

## Why it is risky
If a later statement fails, the earlier ones stay applied.
A second run then fails at the first statement that is already applied.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
ALTER TABLE "User" ADD COLUMN "size" INTEGER;
```

## Safer way
Add `IF EXISTS` or `IF NOT EXISTS`, or move each statement to a separate migration.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "age" INTEGER;
ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "size" INTEGER;
```

## When to ignore it
When you always repair failed migrations by hand.

## Providers
PostgreSQL with Prisma 7.4 or newer, MySQL and MariaDB. Off by default.
MySQL has no `IF NOT EXISTS` for columns and indexes, so use separate migrations there.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.sql.transactions import BEGINNINGS, is_one_transaction

_ONCE_ONLY = frozenset({"CREATE", "ADD", "DROP"})


@rule(Severity.INFO, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that cannot run twice."""
    whole = context.behaviour.message_is_transaction and is_one_transaction(context.versions)
    if whole or len(context.statements) < 2 or any(s.verb in BEGINNINGS for s in context.statements):
        return
    found = next((s for s in context.statements if s.changes and _runs_once(s)), None)
    if found is not None:
        yield Risk(
            key="again",
            what="If a later statement fails, this migration cannot run again",
            harm=(harm(Effect.SECOND_RUN_FAILS),),
            now=(action(Do.ADD_CLAUSE, clause="`IF EXISTS` or `IF NOT EXISTS`"), instead(Do.MOVE_EACH_STATEMENT)),
            change=None,
            origin=found.origin,
        )


def _runs_once(statement: Statement) -> bool:
    return not _ONCE_ONLY.isdisjoint(statement.words) and "EXISTS" not in statement.words
