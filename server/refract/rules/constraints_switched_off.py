"""Triggers or foreign keys are switched off.

## What it does
Finds `DISABLE TRIGGER`, `session_replication_role = replica` and `FOREIGN_KEY_CHECKS = 0`.

## Why it is risky
PostgreSQL enforces foreign keys with triggers.
While these are off, rows that reference a missing row are accepted, and nothing finds them later.
In MySQL the same is true of `FOREIGN_KEY_CHECKS = 0`.
If a trigger is off for a table, writes of the app are not checked either.

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
Order the statements so that no check needs to be off:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
UPDATE "Post" SET "userId" = 1 WHERE "userId" IS NULL;
```

## When to ignore it
If the written rows are checked afterwards.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
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
                what="Rows written after this statement are not checked",
                harm=(harm(Effect.BAD_REFERENCES_STAY),),
                now=(action(Do.REMOVE_STATEMENT), action(Do.WRITE_IN_ALLOWED_ORDER)),
                change=None,
                origin=statement.origin,
            )


def _switches_off(statement: Statement) -> bool:
    name, value = statement.setting or ("", "")
    if value.strip("'").lower() in _SETTINGS.get(name, ()):
        return True
    return statement.verb == "ALTER TABLE" and statement.says("DISABLE", "TRIGGER") and _checks_keys(statement)


def _checks_keys(statement: Statement) -> bool:
    """Whether the trigger is one of those by which PostgreSQL checks foreign keys. A user's own is not."""
    return statement.says("TRIGGER", "ALL") or any(name.startswith("RI_ConstraintTrigger") for name in statement.names)
