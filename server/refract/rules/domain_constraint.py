"""A domain with a CHECK is made or changed.

## What it does
Finds `CREATE DOMAIN` with a CHECK and `ALTER DOMAIN ... ADD CONSTRAINT`.

## Why it is risky
A CHECK of a domain cannot be changed for one column alone: each new rule is checked for the rows of every table that uses the
domain, one after the other, while they are locked. Prisma does not know domains either.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE DOMAIN "age" AS INTEGER CHECK (VALUE > 0);
```

## Safer way
A plain type, and a CHECK on the column:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0) NOT VALID;
```

## When to ignore it
When the domain is used in a few small tables.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule


@rule(Severity.INFO, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each domain that checks its values."""
    for number, statement in enumerate(context.statements):
        if statement.verb in ("CREATE DOMAIN", "ALTER DOMAIN") and "CHECK" in statement.words:
            yield Risk(
                key=f"domain {number}",
                what="A CHECK of a domain is checked for all rows of all tables that use it whenever it changes, and Prisma does not "
                "know domains. Give the column a plain type, and put the CHECK on the column.",
                change=None,
                origin=statement.origin,
            )
