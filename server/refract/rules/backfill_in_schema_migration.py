"""A migration updates rows of a table in use and also changes tables.

## What it does
Finds `UPDATE` of existing tables after statements that change tables.

## Why it is risky
Prisma before 7.4 runs the file as one transaction, and so does `BEGIN`.
The locks of earlier statements are held while the rows are updated.
Every updated row stays locked until the end, so a long update stalls the deploy.

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
Update the rows in a separate migration, or in batches while the app runs.
```sql migration
UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL, SQL Server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Backfill, Statement, TableChange
from refract.schema.model import QualifiedName
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
                what=f"Updating rows of {listed(tables)} here prolongs the migration's locks",
                harm=(harm(Effect.LOCKS_HELD_TO_THE_END),),
                now=(action(Do.MOVE_TO_SEPARATE_MIGRATION), instead(Do.FILL_ROWS_IN_BATCHES)),
                change=None,
                origin=statement.origin,
            )
            return


def _rewritten(context: RuleContext, statement: Statement) -> list[str]:
    updates = (c for c in statement.changes if isinstance(c, Backfill) and c.verb == "UPDATE")
    return [
        table.name
        for change in updates
        for table in change.tables
        if not context.is_new(table) and not _is_one_row(context, change, table)
    ]


_QUOTE = r"""[\["`\]]?"""
_VALUE = r"(?:'[^']*'|\d+)"


def _is_one_row(context: RuleContext, update: Backfill, name: QualifiedName) -> bool:
    """Whether an UPDATE chooses its row, or a few, by values of the key."""
    table = context.before.tables.get(name)
    key = [part.name for part in table.primary_key.columns] if table and table.primary_key else []
    condition = re.split(r"\bWHERE\b", update.sql, flags=re.IGNORECASE)[-1]
    chosen = (
        rf"""^\s*\(?{_QUOTE}{re.escape(key[0])}{_QUOTE}\s*(?:=\s*{_VALUE}|IN\s*\({_VALUE}(?:\s*,\s*{_VALUE})*\s*\))"""
        if len(key) == 1
        else "(?!)"
    )
    alternative = re.search(r"\bOR\b", condition, re.IGNORECASE)
    return bool(update.filtered and re.match(chosen, condition, re.IGNORECASE) and not alternative)
