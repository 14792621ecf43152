"""A transaction is begun and not ended, or ended and not begun.

## What it does
Finds `BEGIN` without `COMMIT`, and `COMMIT` without `BEGIN`.

## Why it is risky
Without `COMMIT` nothing of what follows `BEGIN` is kept; without `BEGIN` there is nothing to commit, and what was meant
to happen as a whole happens in parts.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## Safer way
Both, or none.
```sql migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
COMMIT;
```

## When to ignore it
Never.

## Providers
PostgreSQL and CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.sql.transactions import BEGINNINGS, ENDINGS


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that has no counterpart."""
    begun: Statement | None = None
    for statement in context.statements:
        if statement.verb in BEGINNINGS:
            if begun is not None:
                yield _risk(statement, "A transaction has begun already: this BEGIN does nothing")
                return
            begun = statement
        elif statement.verb in ENDINGS:
            if begun is None:
                yield _risk(statement, "No transaction has begun: there is nothing to end")
                return
            begun = None
    if begun is not None:
        yield _risk(begun, "This transaction is never committed, so nothing of it is kept")


def _risk(statement: Statement, what: str) -> Risk:
    message = f"{what}. Write BEGIN and COMMIT once each around what belongs together."
    return Risk(key="transaction", what=message, change=None, origin=statement.origin)
