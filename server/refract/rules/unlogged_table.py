"""A table does not survive a crash.

## What it does
Finds `CREATE UNLOGGED TABLE` and `SET UNLOGGED`, unless `SET LOGGED` follows in the same migration.

## Why it is risky
PostgreSQL empties unlogged tables when it starts after a crash, and never copies them to replicas.
`SET UNLOGGED` also rewrites the whole table, and all other queries on it wait.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE UNLOGGED TABLE "Session" ("id" INTEGER);
```

## Safer way
Use an ordinary table.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE TABLE "Session" ("id" INTEGER);
```

## When to ignore it
For caches and queues that may be lost.

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
from refract.schema.changes import Statement


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that becomes unlogged."""
    for number, statement in enumerate(context.statements):
        if "UNLOGGED" in statement.words and not _is_logged_again(context, statement):
            yield Risk(
                key=f"unlogged {number}",
                what="Rows of an unlogged table are lost after a crash",
                harm=(harm(Effect.REPLICAS_LACK_ROWS),),
                now=(action(Do.REMOVE_UNLOGGED),),
                change=statement.changes[0] if statement.changes else None,
                origin=statement.origin,
            )


def _is_logged_again(context: RuleContext, statement: Statement) -> bool:
    """Whether a later statement makes the table permanent."""
    later = context.statements[context.statements.index(statement) + 1 :]
    tables = {name.name for name in context.tables_of(statement)}
    return any(s.says("SET", "LOGGED") and any(s.mentions(name) for name in tables) for s in later)
