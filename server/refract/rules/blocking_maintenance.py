"""Maintenance that locks a table for as long as it runs.

## What it does
Finds `VACUUM FULL`, `CLUSTER`, `REINDEX` and `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`.

## Why it is risky
Each takes a lock under which the table (or the view) cannot be written, mostly not even read, until it is done.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
REINDEX TABLE "User";
```

## Safer way
Use the concurrent form, alone in a migration of its own.
```sql migration
REINDEX TABLE CONCURRENTLY "User";
```

## When to ignore it
When the table is small, or nothing uses it meanwhile.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement

_CURES = {
    "VACUUM": "Leave it to plain VACUUM, or use pg_repack beside the deployment.",
    "CLUSTER": "Use pg_repack beside the deployment.",
    "REINDEX": "Write `REINDEX ... CONCURRENTLY`, alone in a migration of its own.",
    "REFRESH": "Write `REFRESH MATERIALIZED VIEW CONCURRENTLY` (the view needs a unique index), alone in a migration of its own.",
}


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that blocks for as long as it runs."""
    for number, statement in enumerate(context.statements):
        verb = statement.words[0] if statement.words else ""
        if verb in _CURES and _blocks(statement):
            yield Risk(
                key=f"{verb} {number}",
                what=f"{verb} keeps everybody else out for as long as it runs. {_CURES[verb]}",
                change=None,
                origin=statement.origin,
            )


def _blocks(statement: Statement) -> bool:
    if statement.words[0] == "VACUUM":
        return "FULL" in statement.words
    return "CONCURRENTLY" not in statement.words
