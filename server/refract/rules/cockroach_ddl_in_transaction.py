"""Several changes of tables stand in one transaction of CockroachDB.

## What it does
Finds a second change of tables between BEGIN and COMMIT.

## Why it is risky
CockroachDB makes changes of tables after the transaction has committed, one by one: when one of them fails then, the others stay,
and the error (XXA00) leaves the database half changed.

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
One change of tables for each migration, without BEGIN.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
```

## When to ignore it
When none of the changes can fail on rows.

## Providers
CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Backfill, Statement
from refract.sql.transactions import in_transaction


@rule(Severity.WARNING, frozenset({"cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The second change of tables in a transaction."""
    changing = [s for s in in_transaction(context.statements) if _changes_tables(s)]
    if len(changing) > 1:
        yield Risk(
            key="transaction",
            what="CockroachDB makes the changes of tables of a transaction after its COMMIT, one by one: if one fails, the others stay "
            "(error XXA00). Leave BEGIN and COMMIT out, and give each change that rows can make fail a migration of its own.",
            change=None,
            origin=changing[1].origin,
        )


def _changes_tables(statement: Statement) -> bool:
    return any(not isinstance(change, Backfill) for change in statement.changes)
