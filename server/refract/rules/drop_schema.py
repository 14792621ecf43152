"""A whole schema or database is dropped.

## What it does
Finds `DROP SCHEMA` and `DROP DATABASE`.

## Why it is risky
With `CASCADE`, everything in the schema is lost. Without `CASCADE`, the migration fails unless the schema is empty.
MySQL drops everything in both cases.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DROP SCHEMA "audit";
```

## Safer way
Drop or move each table by name, and leave the empty schema in place.
```sql migration
DROP TABLE IF EXISTS "audit"."Log";
```

## When to ignore it
When you know that the schema is empty.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule

_VERBS = {"DROP SCHEMA": "schema", "DROP DATABASE": "database"}


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each schema or database that is dropped."""
    for number, statement in enumerate(context.statements):
        container = _VERBS.get(statement.verb)
        if container is not None:
            yield Risk(
                key=f"{container} {number}",
                what=f"This drops a whole {container}",
                harm=(harm(Effect.SCHEMA_CONTENTS_DROPPED, container=container), harm(Effect.ROWS_LOST)),
                now=(action(Do.DROP_TABLES_BY_NAME), action(Do.LEAVE_EMPTY, container=container)),
                change=None,
                origin=statement.origin,
            )
