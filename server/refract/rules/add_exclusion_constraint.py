"""An EXCLUDE constraint is added to a table in use.

## What it does
Finds `EXCLUDE` added to a table that exists.

## Why it is risky
Its index is built while an ACCESS EXCLUSIVE lock is held: no query, not even a read, gets through until it is done.
PostgreSQL has no `CONCURRENTLY` and no `NOT VALID` for it. It fails if two rows break it.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "Post" ADD CONSTRAINT "no_overlap" EXCLUDE USING gist ("during" WITH &&);
```

## Safer way
Have the constraint from the start, on a new table, and copy the rows over in batches:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE TABLE "Booking" ("during" TSRANGE, CONSTRAINT "no_overlap" EXCLUDE USING gist ("during" WITH &&));
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import CreateIndex


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each exclusion constraint on rows that exist."""
    for change in context.on_existing(CreateIndex):
        if change.index.type == "EXCLUDE":
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=f"`{change.index.name}` is checked for every row of `{change.table.name}` under an ACCESS EXCLUSIVE lock: "
                "every query, reads too, waits meanwhile, and the migration fails if two rows break it. PostgreSQL has no way "
                "to do this beside other work: make a new table with the constraint, and move the rows in batches.",
                change=change,
            )
