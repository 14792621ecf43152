"""A generated column is added whose values the database stores in every row.

## What it does
Finds `GENERATED ALWAYS AS (...) STORED` columns added to an existing table.

## Why it is risky
The database computes and writes a value for every existing row in one statement.
PostgreSQL rewrites the whole table under an ACCESS EXCLUSIVE lock. MySQL copies the table while writes wait.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "shout" TEXT GENERATED ALWAYS AS (upper("name")) STORED;
```

## Safer way
Add a plain column, create a trigger that keeps the column current, and fill the existing rows in batches:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "shout" TEXT;
```
MySQL can compute the value on read instead, with `VIRTUAL` in place of `STORED`.

## When to ignore it
If the table is small.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddColumn

_PLAIN_COLUMN = (
    action(Do.ADD_PLAIN_COLUMN),
    action(Do.KEEP_CURRENT_WITH_TRIGGER),
    action(Do.FILL_ROWS_IN_BATCHES),
)


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each stored column for which existing rows are rewritten."""
    for statement in context.statements:
        for change in statement.changes:
            if not isinstance(change, AddColumn) or change.column.generated is None or context.is_new(change.table):
                continue
            if "STORED" in statement.words or "PERSISTENT" in statement.words:
                table = code_span(change.table.name)
                yield Risk(
                    key=f"{change.table}.{change.column.name}",
                    what=f"Adding stored column {code_span(change.column.name)} rewrites every row of {table}",
                    harm=blocking(context.behaviour.rewrite, table),
                    now=_PLAIN_COLUMN,
                    change=change,
                )
