"""A migration prepares the rows before the statement that could fail on them.

## What it does
Finds unique indexes below a `DELETE` of their duplicates, and required columns below an `UPDATE` of their NULLs.

## Why it is risky
The existing rows no longer make the migration fail, so other rules do not report them.
Rows that app instances write while it runs still can.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## Safer way
Prepare the rows in an earlier release, and deploy code that no longer writes such rows.
```sql migration
UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
```

## When to ignore it
Always: the rule only reports what Refract has recognised.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.indexes import already_unique, built_indexes
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import AlterColumn, Change


@rule(Severity.INFO, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """One finding for the migration, at the first change that its rows are prepared for."""
    unique, required = next(_unique(context), None), next(_required(context), None)
    first = unique or required
    if first is None:
        return
    yield Risk(
        key="rows",
        what=_what(unique, required),
        harm=(harm(Effect.ROWS_WRITTEN_MEANWHILE),),
        now=(action(Do.COUNT_COPIED_VALUES),),
        change=first,
    )


def _what(unique: Change | None, required: Change | None) -> str:
    if unique and required:
        return "Duplicates are deleted and NULLs filled above"
    return "Duplicates are deleted above" if unique else "NULLs are filled above"


def _unique(context: RuleContext) -> Iterator[Change]:
    for built in built_indexes(context):
        names = [part.name for part in built.index.columns]
        if not built.index.unique or already_unique(context, built.change.table, names, built.index.where):
            continue
        if rows_before(context, built.change).has_deduplicated(built.change.table, names):
            yield built.change


def _required(context: RuleContext) -> Iterator[Change]:
    for change in context.on_existing(AlterColumn):
        if change.before.nullable and not change.after.nullable:
            rows = rows_before(context, change)
            if rows.is_filled_by_statement(change.table, change.before.name):
                yield change
