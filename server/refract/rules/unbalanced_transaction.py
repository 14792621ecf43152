"""A transaction is started and not ended, or ended and not started.

## What it does
Finds `BEGIN` without `COMMIT`, and `COMMIT` without `BEGIN`.

## Why it is risky
Without `COMMIT`, nothing after `BEGIN` is kept.
Without `BEGIN`, there is nothing to commit, and statements that belong together are applied one by one.

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
Write both, or neither.
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

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
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
                yield _risk(statement, what="A transaction is already open here", effect=Effect.BEGIN_HAS_NO_EFFECT)
                return
            begun = statement
        elif statement.verb in ENDINGS:
            if begun is None:
                yield _risk(
                    statement,
                    what="This ends a transaction that was never started",
                    effect=Effect.APPLIED_BEFORE_COMMIT,
                )
                return
            begun = None
    if begun is not None:
        yield _risk(begun, what="This transaction is never committed", effect=Effect.NOTHING_IS_KEPT)


def _risk(statement: Statement, what: str, effect: Effect) -> Risk:
    return Risk(
        key="transaction",
        what=what,
        harm=(harm(effect),),
        now=(action(Do.WRITE_BEGIN_AND_COMMIT_ONCE),),
        change=None,
        origin=statement.origin,
    )
