"""A schema of the database is dropped.

## What it does
Finds `DROP SCHEMA` and `DROP DATABASE`.

## Why it is risky
With CASCADE everything in it is lost; without, it fails when anything is left in it.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DROP SCHEMA "audit";
```

## Safer way
Drop or move its tables first, each by its name, and leave the empty schema.
```sql migration
DROP TABLE IF EXISTS "audit"."Log";
```

## When to ignore it
When it is known to be empty.

## Providers
All with SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule

_VERBS = {"DROP SCHEMA": "schema", "DROP DATABASE": "database"}


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each schema or database that goes."""
    for number, statement in enumerate(context.statements):
        what = _VERBS.get(statement.verb)
        if what is not None:
            yield Risk(
                key=f"{what} {number}",
                what=f"A whole {what} is dropped, with everything in it. Drop or move its tables first, each by its name.",
                change=None,
                origin=statement.origin,
            )
