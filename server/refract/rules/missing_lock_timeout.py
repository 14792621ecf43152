"""A migration waits for a strong lock without a timeout.

## What it does
Finds the first statement of a migration that needs an ACCESS EXCLUSIVE lock on a table in use, if no `lock_timeout` is set.

## Why it is risky
While the statement waits for the lock, every later query on the table waits behind it.
One long transaction is enough to stop the app.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## Safer way
Set a timeout, and run the migration again if it times out.
```sql migration
SET lock_timeout = '5s';
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## When to ignore it
When the role that runs migrations has a `lock_timeout`.

## Providers
PostgreSQL. Off by default, because Prisma never sets a timeout and nearly every migration would be reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import CreateIndex, DropIndex, DropTable, Statement, TableChange, ValidateConstraint


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that would wait without a limit."""
    for statement in context.statements:
        name, value = statement.setting or ("", "")
        if name == "lock_timeout" and value.strip("'") not in ("0", "default", "DEFAULT"):
            return
        if _locks(context, statement):
            yield Risk(
                key="lock_timeout",
                what="This waits for a strong lock without a timeout",
                harm=(harm(Effect.QUEUES_BEHIND_LOCK_REQUEST),),
                now=(action(Do.BEGIN_FILE_WITH, sql="SET lock_timeout = '5s';"), action(Do.RETRY_AFTER_TIMEOUT)),
                change=None,
                origin=statement.origin,
            )
            return


def _locks(context: RuleContext, statement: Statement) -> bool:
    for change in statement.changes:
        if isinstance(change, DropTable) and not context.is_new(change.table.name):
            return True
        weak = isinstance(change, CreateIndex | ValidateConstraint) or (
            isinstance(change, DropIndex) and change.concurrently
        )
        if isinstance(change, TableChange) and not weak and not context.is_new(change.table):
            return True
    return False
