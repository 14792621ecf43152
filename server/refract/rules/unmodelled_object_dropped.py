"""An index that only hand-written SQL can create is dropped.

## What it does
Finds dropped indexes on expressions or with conditions, which hand-written SQL created.

## Why it is risky
Prisma's schema cannot express such an index. A generated migration drops every index that the schema does not have, also those that you meant to keep.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
CREATE INDEX "by_name" ON "User"(lower("name"));
```
```sql migration
DROP INDEX "by_name";
```

## Safer way
Remove the statement from the migration.
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## When to ignore it
When you want to drop the index.

## Providers
PostgreSQL, CockroachDB, SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import created_here
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import DropIndex


@rule(Severity.WARNING, frozenset({"postgresql", "cockroachdb", "sqlite"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped index that no schema can express."""
    for change in context.on_existing(DropIndex):
        index = change.index
        made_anew = context.after.tables.get(change.table)
        if made_anew is not None and made_anew.index(index.name) is not None:
            continue
        statement = context.statement_of(change)
        if statement is not None and statement.says("IF", "EXISTS"):
            continue  # Prisma never writes that: a person did
        if index.where is not None or any(part.expression for part in index.columns):
            yield Risk(
                key=f"{change.table}.{index.name}",
                what=f"Dropping index {code_span(index.name)}, which Prisma's schema cannot express",
                harm=(harm(Effect.INDEX_QUERIES_SLOW),),
                now=(action(Do.REMOVE_STATEMENT_IF_GENERATED),),
                change=change,
                related=created_here(f"Index {code_span(index.name)}", index.origin),
            )
