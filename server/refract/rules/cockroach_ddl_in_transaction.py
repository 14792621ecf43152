"""Several schema changes share a transaction on CockroachDB.

## What it does
Finds a second schema change between BEGIN and COMMIT.

## Why it is risky
CockroachDB applies schema changes one by one after the transaction has committed.
If one of them fails, the others stay applied, and the error (XXA00) leaves the database half changed.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "age" INT4;
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
COMMIT;
```

## Safer way
Make one schema change in each migration, without BEGIN.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
```

## When to ignore it
If none of the changes can fail on existing rows.

## Providers
CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Backfill, Statement
from refract.sql.transactions import in_transaction


@rule(Severity.WARNING, frozenset({"cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The second schema change in a transaction."""
    changing = [s for s in in_transaction(context.statements) if _changes_tables(s)]
    if len(changing) > 1:
        yield Risk(
            key="transaction",
            what="A failed change leaves this transaction half applied",
            harm=(harm(Effect.APPLIED_AFTER_COMMIT), harm(Effect.HALF_APPLIED)),
            now=(action(Do.REMOVE_TRANSACTION), action(Do.SPLIT_CHANGES)),
            change=None,
            origin=changing[1].origin,
        )


def _changes_tables(statement: Statement) -> bool:
    return any(not isinstance(change, Backfill) for change in statement.changes)
