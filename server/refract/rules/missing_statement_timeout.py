"""A long statement runs without a timeout.

## What it does
Finds the first statement that reads or writes all rows of a table in use, if no `statement_timeout` is set before it.

## Why it is risky
A statement can take much longer than on the test database.
Until you find and cancel the statement, its locks block other queries.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## Safer way
Set a timeout. If it is reached, the statement fails and changes nothing.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
SET statement_timeout = '60s';
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## When to ignore it
When the server or the role sets a timeout. Concurrent index builds need a long one.

## Providers
PostgreSQL. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import (
    AddCheck,
    AddForeignKey,
    AlterColumn,
    Backfill,
    Change,
    CreateIndex,
    TableChange,
    ValidateConstraint,
)

_LONG = (AddCheck, AddForeignKey, AlterColumn, CreateIndex, ValidateConstraint)
_NO_LIMIT = ("0", "default")


@rule(Severity.INFO, frozenset({"postgresql"}), MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first long statement without a timeout."""
    for statement in context.statements:
        name, value = statement.setting or ("", "")
        if name == "statement_timeout" and value.strip("'").lower() not in _NO_LIMIT:
            return
        if any(_is_long(context, change) for change in statement.changes):
            yield Risk(
                key="statement_timeout",
                what="This reads or writes a whole table without a timeout",
                harm=(harm(Effect.LOCKS_HELD_WITHOUT_LIMIT),),
                now=(action(Do.BEGIN_FILE_WITH, sql="SET statement_timeout = '60s';"),),
                change=None,
                origin=statement.origin,
            )
            return


def _is_long(context: RuleContext, change: Change) -> bool:
    if isinstance(change, Backfill):
        return any(not context.is_new(table) for table in change.tables)
    return isinstance(change, TableChange) and isinstance(change, _LONG) and not context.is_new(change.table)
