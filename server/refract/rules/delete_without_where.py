"""`DELETE` without `WHERE` deletes all rows of a table.

## What it does
Finds `DELETE` without `WHERE` on existing tables.

## Why it is risky
All rows are deleted one by one in one transaction, and only a backup can restore them.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DELETE FROM "User";
```

## Safer way
Add a `WHERE` clause to select the rows to delete.
```sql migration
DELETE FROM "User" WHERE "name" IS NULL;
```

## When to ignore it
When everything in the table can be created again.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rows import in_use, rows_changed
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import Backfill, Statement
from refract.schema.model import QualifiedName
from refract.wording import listed


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table of which all rows are deleted."""
    for statement, change in rows_changed(context):
        tables = in_use(context, change)
        if tables and change.verb == "DELETE" and change.filtered is False:
            copied = all(rows_before(context, change).has_copied_rows(table) for table in tables)
            known = copied or all(_is_filled_after(context, statement, table) for table in tables)
            yield Risk(
                key=",".join(map(str, tables)),
                what=f"`DELETE` without `WHERE` deletes all rows of {listed(t.name for t in tables)}",
                harm=(harm(Effect.ROWS_LOST_UNLESS_COPIED if copied else Effect.ROWS_LOST),),
                now=(action(Do.ADD_WHERE),),
                change=change,
                origin=statement.origin,
                severity=Severity.WARNING if known else None,
            )


def _is_filled_after(context: RuleContext, statement: Statement, table: QualifiedName) -> bool:
    """Whether a later statement inserts rows into the table, as for data that the migration holds itself."""
    later = dropwhile(lambda one: one is not statement, context.statements)
    written = (change for one in later for change in one.changes if isinstance(change, Backfill))
    return any(data.verb == "INSERT" and table in data.tables for data in written)
