"""A column is added whose values the database computes and stores.

## What it does
Finds `GENERATED ALWAYS AS (...) STORED` columns added to a table that exists.

## Why it is risky
The value of every row is computed and written at once: PostgreSQL writes the whole table anew under an ACCESS EXCLUSIVE lock,
and MySQL copies it while writes wait.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "shout" TEXT GENERATED ALWAYS AS (upper("name")) STORED;
```

## Safer way
Add a plain column, fill it in batches, and keep it current with a trigger:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "shout" TEXT;
```

MySQL can compute it when it is read: `VIRTUAL` in place of `STORED`.

## When to ignore it
When the table is small.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.rules.kit.words import sentences, who_waits
from refract.schema.changes import AddColumn


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each stored column that rows must be written for."""
    for statement in context.statements:
        for change in statement.changes:
            if not isinstance(change, AddColumn) or change.column.generated is None or context.is_new(change.table):
                continue
            if "STORED" in statement.words or "PERSISTENT" in statement.words:
                table = f"`{change.table.name}`"
                yield Risk(
                    key=f"{change.table}.{change.column.name}",
                    what=sentences(
                        f"`{change.column.name}` is computed and stored for every row of {table} at once.",
                        who_waits(context.behaviour.rewrite, table),
                        "Add a plain column, fill it in batches, and keep it current with a trigger.",
                    ),
                    change=change,
                )
