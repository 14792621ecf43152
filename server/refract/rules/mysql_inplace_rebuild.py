"""A column is added or dropped on a MySQL version that rebuilds the table for the change.

## What it does
Finds new and dropped columns on servers that cannot change columns without a rebuild.

## Why it is risky
MySQL before 8.0.29 rebuilds the table to drop a column, or to add a column that is not the last.
Reads and writes continue, but disk and cache are busy, and replicas fall behind.
At the end, MySQL needs a lock that waits for every open transaction.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  nick String?
}
```

## Safer way
Use gh-ost or pt-online-schema-change, run the migration when few queries use the table, or upgrade MySQL.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
}
```

## When to ignore it
When the table is small.

## Providers
MySQL before 8.0.29. MariaDB does not rebuild the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, DropColumn
from refract.schema.model import QualifiedName


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is rebuilt, once."""
    versions = context.versions
    if versions.flavour or versions.server >= context.behaviour.instant_columns_since:
        return
    added: dict[QualifiedName, AddColumn | DropColumn] = {c.table: c for c in context.on_existing(AddColumn)}
    changes = {c.table: c for c in context.on_existing(DropColumn)} | added
    for table, change in changes.items():
        since = ".".join(map(str, context.behaviour.instant_columns_since))
        yield Risk(
            key=str(table),
            what=f"Changing the columns of {table_label(context, table)} rebuilds the table",
            harm=(harm(Effect.REBUILT_FOR_COLUMNS, version=since), harm(Effect.REPLICAS_FALL_BEHIND)),
            now=(action(Do.USE_ONLINE_TOOL), instead(Do.RUN_IN_QUIET_HOURS)),
            change=change,
        )
