"""A column comes or goes on a version of MySQL that writes the table anew for it.

## What it does
Finds new and dropped columns where the server is too old to do it at once.

## Why it is risky
Before 8.0.29 MySQL rebuilds the table to drop a column, or to add one that is not the last. Reads and writes go on,
but disk and cache are busy, replicas fall behind, and the lock at the end waits for every open transaction.

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
Upgrade, run it while little is going on, or use gh-ost or pt-online-schema-change.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
}
```

## When to ignore it
When the table is small.

## Providers
MySQL before 8.0.29. MariaDB does it at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import table_label
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
            what=f"{table_label(context, table)} is written anew for its columns, as before MySQL {since}: reads and writes "
            "go on, but replicas fall behind. Run it while little is going on, or with gh-ost or pt-online-schema-change.",
            change=change,
        )
