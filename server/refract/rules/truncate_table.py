"""TRUNCATE empties a table.

## What it does
Finds `TRUNCATE` of tables that are not new.

## Why it is risky
All rows are lost. It takes an ACCESS EXCLUSIVE lock, and with CASCADE it empties every table that refers to this one too.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
TRUNCATE TABLE "User";
```

## Safer way
Delete what should go, by a condition.
```sql migration
DELETE FROM "User" WHERE "name" IS NULL;
```

## When to ignore it
When the table holds nothing that cannot be made again.

## Providers
PostgreSQL, CockroachDB, MySQL and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rows import in_use, rows_changed
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.wording import listed

_PROVIDERS = frozenset({"postgresql", "cockroachdb", "mysql", "sqlserver"})


@rule(Severity.ERROR, _PROVIDERS, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is emptied."""
    for statement, change in rows_changed(context):
        tables = in_use(context, change)
        if tables and change.verb == "TRUNCATE":
            also = " With CASCADE, so are all tables that refer to it." if "CASCADE" in statement.words else ""
            yield Risk(
                key=",".join(map(str, tables)),
                what=f"{listed(t.name for t in tables)} is emptied: all rows are lost.{also} "
                "Delete only what should go, with a condition.",
                change=change,
                origin=statement.origin,
            )
