"""Triggers or foreign keys are switched off.

## What it does
Finds `DISABLE TRIGGER`, `session_replication_role = replica` and `FOREIGN_KEY_CHECKS = 0`.

## Why it is risky
Foreign keys of PostgreSQL are kept by triggers: while these are off, rows that point nowhere get in, and nothing
finds them afterwards. In MySQL the same is true of `FOREIGN_KEY_CHECKS = 0`. Programs that write meanwhile are not checked either
where a trigger is off for the table.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "Post" DISABLE TRIGGER ALL;
UPDATE "Post" SET "userId" = 1;
```

## Safer way
Bring rows and checks into an order in which nothing needs to be off:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
UPDATE "Post" SET "userId" = 1 WHERE "userId" IS NULL;
```

## When to ignore it
When the rows that are written are checked afterwards.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement

_SETTINGS = {"session_replication_role": ("replica",), "foreign_key_checks": ("0", "off")}


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that switches checks off."""
    for number, statement in enumerate(context.statements):
        if _switches_off(statement):
            yield Risk(
                key=f"off {number}",
                what="From here on rows are not checked: those that point to no other row get in, and nothing finds them later. "
                "Write the rows in an order that the checks allow, and leave this out.",
                change=None,
                origin=statement.origin,
            )


def _switches_off(statement: Statement) -> bool:
    name, value = statement.setting or ("", "")
    if value.strip("'").lower() in _SETTINGS.get(name, ()):
        return True
    return statement.verb == "ALTER TABLE" and statement.says("DISABLE", "TRIGGER")
