"""An EXCLUDE constraint is added to a table in use.

## What it does
Finds `EXCLUDE` added to an existing table.

## Why it is risky
PostgreSQL builds the constraint's index under an ACCESS EXCLUSIVE lock, so all reads and writes on the table wait.
There is no `CONCURRENTLY` and no `NOT VALID` for this kind of constraint.
The migration fails if two rows conflict.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "Post" ADD CONSTRAINT "no_overlap" EXCLUDE USING gist ("during" WITH &&);
```

## Safer way
Create a new table with the constraint, and copy the rows in batches:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE TABLE "Booking" ("during" TSRANGE, CONSTRAINT "no_overlap" EXCLUDE USING gist ("during" WITH &&));
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, blocking, harm
from refract.rules.kit.labels import blocked
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import CreateIndex

_BUILD = Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.CONSTRAINT_INDEX_BUILD, duration=Duration.SCAN)
_NEW_TABLE = (
    action(Do.CREATE_TABLE_WITH_CONSTRAINT),
    action(Do.COPY_ROWS_IN_BATCHES),
    action(Do.SWITCH_TO_NEW_TABLE),
)


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each exclusion constraint on existing rows."""
    for change in context.on_existing(CreateIndex):
        if change.index.type == "EXCLUDE":
            table = code_span(change.table.name)
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=f"Adding {code_span(change.index.name)} {blocked(_BUILD)} on {table}",
                harm=(
                    *blocking(_BUILD, table),
                    harm(Effect.FAILS_ON_CONFLICTING_ROWS, table=table),
                    harm(Effect.NO_ONLINE_FORM),
                ),
                now=_NEW_TABLE,
                change=change,
            )
