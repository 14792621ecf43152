"""TRUNCATE empties a table.

## What it does
Finds `TRUNCATE` of tables that are not new.

## Why it is risky
All rows are lost. `TRUNCATE` takes an ACCESS EXCLUSIVE lock, and with `CASCADE` it also empties every table that refers to this one.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
TRUNCATE TABLE "User";
```

## Safer way
Delete only the rows that you do not need, with a condition.
```sql migration
DELETE FROM "User" WHERE "name" IS NULL;
```

## When to ignore it
When the table's rows can be created again.

## Providers
PostgreSQL, CockroachDB, MySQL and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.rows import in_use, rows_changed
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.wording import listed

_PROVIDERS = frozenset({"postgresql", "cockroachdb", "mysql", "sqlserver"})


@rule(Severity.ERROR, _PROVIDERS, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is emptied."""
    for statement, change in rows_changed(context):
        tables = in_use(context, change)
        if tables and change.verb == "TRUNCATE":
            yield Risk(
                key=",".join(map(str, tables)),
                what=f"TRUNCATE deletes all rows of {listed(t.name for t in tables)}",
                harm=_harm(statement),
                now=(action(Do.DELETE_WITH_CONDITION),),
                change=change,
                origin=statement.origin,
            )


def _harm(statement: Statement) -> Iterator[Harm]:
    yield harm(Effect.ROWS_LOST)
    if "CASCADE" in statement.words:
        yield harm(Effect.REFERRING_TABLES_EMPTIED)
