"""Rows of a table in use are rewritten by a migration that also changes tables.

## What it does
Finds `UPDATE` of tables that are not new, beside statements that change tables.

## Why it is risky
All of it is one transaction (Prisma before 7.4, or `BEGIN`): what the statements before it have locked stays locked while rows are rewritten,
and every row that it touches stays locked until the end. A long one stalls the deployment.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "label" TEXT;
UPDATE "User" SET "label" = "name";
```

## Safer way
Give the rows their values in a migration of its own, or in batches beside the deployment.
```sql migration
UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL, SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Backfill, Statement, TableChange
from refract.sql.transactions import in_transaction, is_one_transaction
from refract.wording import listed


@rule(Severity.INFO, frozenset({"postgresql", "sqlserver"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first UPDATE after a change of a table in use, in one transaction with it."""
    whole = is_one_transaction(context.versions)
    locked = False
    for statement in context.statements if whole else in_transaction(context.statements):
        locked = locked or any(isinstance(c, TableChange) and not context.is_new(c.table) for c in statement.changes)
        tables = _rewritten(context, statement)
        if locked and tables:
            yield Risk(
                key="backfill",
                what=f"This rewrites rows of {listed(tables)} in the transaction that changes tables: their locks are held until it ends. "
                "Do it in a migration of its own, or in batches beside the deployment.",
                change=None,
                origin=statement.origin,
            )
            return


def _rewritten(context: RuleContext, statement: Statement) -> list[str]:
    updates = (c for c in statement.changes if isinstance(c, Backfill) and c.verb == "UPDATE")
    return [table.name for change in updates for table in change.tables if not context.is_new(table)]
