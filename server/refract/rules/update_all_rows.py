"""One statement updates every row of a table in use.

## What it does
Finds `UPDATE` without `WHERE` on tables that may have rows.

## Why it is risky
Each updated row stays locked until the statement's transaction ends, so app instances that write to the table wait.
The statement also writes a new version of every row: the table, its indexes and the replication log grow.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
UPDATE "User" SET "name" = lower("name");
```

## Safer way
Update a limited number of rows at a time, outside the migration or until no row is left.
```sql migration
UPDATE "User" SET "name" = lower("name") WHERE "id" IN (SELECT "id" FROM "User" WHERE "name" <> lower("name") LIMIT 5000);
```

## When to ignore it
If the table is small, or no app instance writes to it.

## Providers
PostgreSQL, MySQL, MariaDB, SQL Server and CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.row_state import rows_above
from refract.rules.kit.rows import backfill_under_locks
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import Backfill, Statement
from refract.schema.model import QualifiedName


@rule(Severity.INFO, SQL - {"sqlite"}, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first such statement on each table, if no rule objects to the locks that it prolongs."""
    reported = backfill_under_locks(context)
    seen = set[QualifiedName]()
    for statement, table in _updates(context):
        if table not in seen and (reported is None or statement is not reported[0]):
            yield _risk(context, statement, table)
        seen.add(table)


def _updates(context: RuleContext) -> Iterator[tuple[Statement, QualifiedName]]:
    for statement in context.statements:
        for change in statement.changes:
            if isinstance(change, Backfill) and change.verb == "UPDATE" and change.filtered is False:
                yield from ((statement, t) for t in change.tables if _has_rows(context, statement, t))


def _has_rows(context: RuleContext, statement: Statement, table: QualifiedName) -> bool:
    return (
        table in context.before.tables
        and not context.is_new(table)
        and not rows_above(context, statement).is_empty(table)
    )


def _risk(context: RuleContext, statement: Statement, table: QualifiedName) -> Risk:
    label = table_label(context, table)
    return Risk(
        key=str(table),
        what=f"This updates every row of {label} in one statement",
        harm=(harm(Effect.ROWS_LOCKED_UNTIL_COMMIT, table=label), harm(Effect.EVERY_ROW_WRITTEN)),
        now=(action(Do.UPDATE_ROWS_IN_BATCHES),),
        change=None,
        origin=statement.origin,
    )
