"""A transaction is started and not ended, or ended and not started.

## What it does
Finds `BEGIN` without `COMMIT`, and `COMMIT` without `BEGIN`.

## Why it is risky
Without `COMMIT`, nothing after `BEGIN` is kept.
Without `BEGIN`, PostgreSQL only warns of a `COMMIT`, but the statements around it are no longer one transaction.
A `ROLLBACK` without `BEGIN` undoes all statements above it, because Prisma before 7.4 sends the file as one transaction.

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
When a lone `COMMIT` is intended.
After `ALTER TYPE ... ADD VALUE` a `COMMIT` is not reported, because the statements below need it to use the value.

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
from refract.sql.transactions import begins, ends, is_one_transaction


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Statements that have no counterpart, up to the first that keeps the migration from doing what it says."""
    begun: Statement | None = None
    above: list[Statement] = []
    for statement in context.statements:
        if begins(statement):
            if begun is not None:
                yield _risk(statement, what="A transaction is already open here", effect=Effect.BEGIN_HAS_NO_EFFECT)
                return
            begun = statement
        elif ends(statement):
            if begun is None:
                yield from _without_begin(context, statement, above)
            begun, above = statement if statement.says("AND", "CHAIN") else None, []
        else:
            above.append(statement)
    if begun is not None:
        yield _risk(begun, what="This transaction is never committed", effect=Effect.NOTHING_IS_KEPT)


def _without_begin(context: RuleContext, end: Statement, above: list[Statement]) -> Iterator[Risk]:
    if not context.behaviour.message_is_transaction:
        yield _risk(end, what="This ends a transaction that was never started", effect=Effect.APPLIED_BEFORE_COMMIT)
    elif end.verb in ("ROLLBACK", "ABORT") and above and is_one_transaction(context.versions):
        yield _risk(end, what="This rolls back the statements above", effect=Effect.STATEMENTS_ABOVE_UNDONE)
    elif not any(statement.verb == "ALTER TYPE" and statement.says("ADD", "VALUE") for statement in above):
        effect = Effect.COMMITS_STATEMENTS_ABOVE if is_one_transaction(context.versions) else Effect.ENDS_NOTHING
        yield _risk(end, what="This ends a transaction that was never started", effect=effect, severity=Severity.INFO)


def _risk(statement: Statement, what: str, effect: Effect, severity: Severity | None = None) -> Risk:
    return Risk(
        key="transaction",
        what=what,
        harm=(harm(effect),),
        now=(action(Do.WRITE_BEGIN_AND_COMMIT_ONCE),),
        change=None,
        origin=statement.origin,
        severity=severity,
    )
