"""Two migrations of one deploy each scan or copy the same table.

## What it does
Finds a migration that scans or copies a table in use, after another new migration of the branch has done so.
It reports only pairs that one statement can replace.

## Why it is risky
Each migration takes the lock again, and queries wait for a second pass over all rows.
The lock is released in between, so the waits do not add up to one; one pass is enough for both changes.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql here 20250201000000_wider
ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;
```
```sql here 20250202000000_required
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## Safer way
Make both changes in one statement.
```sql here 20250201000000_wider
ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT, ALTER COLUMN "name" SET NOT NULL;
```
```sql here 20250202000000_required
```

## When to ignore it
When the table is small, or a database has already applied the first migration.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Duration
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.deploy import InDeploy, blocking_passes, changes_of, earlier, rows_written
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rule import HISTORY_ONLY, rule
from refract.schema.changes import AddCheck, AddColumn, AlterColumn
from refract.schema.model import QualifiedName


@rule(Severity.INFO, frozenset({"postgresql", "mysql"}), HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first change of each migration that scans a table again."""
    last: dict[QualifiedName, InDeploy] = {}
    reported: set[tuple[int, QualifiedName]] = set()
    for found in changes_of(context):
        for table in _scanned(context, found):
            first = last.get(table)
            if first and first.at < found.at and _can_combine(context, first, found, table):
                if (found.at, table) not in reported:
                    yield _risk(context, first, found, table)
                reported.add((found.at, table))
                continue
            last[table] = found


def _scanned(context: RuleContext, found: InDeploy) -> Iterator[QualifiedName]:
    """The tables that an ALTER TABLE scans or copies: the indexes and keys of two statements share no pass."""
    if isinstance(found.change, AddCheck | AddColumn | AlterColumn):
        yield from blocking_passes(found, context.versions, Duration.SCAN, Duration.REWRITE)


def _can_combine(context: RuleContext, first: InDeploy, second: InDeploy, table: QualifiedName) -> bool:
    """Whether nothing between the two needs the first: no rows are written, and no type is changed twice (0A000)."""
    if any(table in (*rows.tables, *rows.reads) for rows in rows_written(context, first.at, second.at)):
        return False
    return not set(_retyped(first)) & set(_retyped(second))


def _retyped(found: InDeploy) -> Iterator[str]:
    change = found.change
    if isinstance(change, AlterColumn) and change.before.type != change.after.type:
        yield change.before.name


def _risk(context: RuleContext, first: InDeploy, second: InDeploy, table: QualifiedName) -> Risk:
    label, name = table_label(context, table), code_span(first.step.name)
    return Risk(
        key=f"{second.step.name}:{table}",
        what=f"This deploy scans or copies {label} a second time",
        harm=(harm(Effect.SCANNED_BY_EARLIER_MIGRATION, migration=name),),
        now=(action(Do.COMBINE_WITH_EARLIER, migration=name),),
        change=second.change,
        related=earlier(first, label),
    )
