"""A domain with a `CHECK` is created or changed.

## What it does
Finds `CREATE DOMAIN` with a `CHECK` and `ALTER DOMAIN ... ADD CONSTRAINT`.

## Why it is risky
The `CHECK` of a domain cannot be changed for one column alone.
PostgreSQL checks each new constraint against the rows of every table that uses the domain, one table after the other,
and locks these tables. Prisma does not know domains either.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
CREATE DOMAIN "age" AS INTEGER CHECK (VALUE > 0);
```

## Safer way
Use a plain type and a `CHECK` on the column:
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0) NOT VALID;
```

## When to ignore it
When only a few small tables use the domain.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule


@rule(Severity.INFO, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each domain that checks its values."""
    for number, statement in enumerate(context.statements):
        if statement.verb in ("CREATE DOMAIN", "ALTER DOMAIN") and "CHECK" in statement.words:
            yield Risk(
                key=f"domain {number}",
                what="This `CHECK` applies to every table that uses the domain",
                harm=(harm(Effect.DOMAIN_CHECK_SCANS_TABLES), harm(Effect.DOMAINS_UNKNOWN_TO_PRISMA)),
                now=(action(Do.USE_PLAIN_TYPE), action(Do.CHECK_ON_COLUMN)),
                change=None,
                origin=statement.origin,
            )
