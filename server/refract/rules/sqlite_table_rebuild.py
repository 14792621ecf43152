"""Prisma copies a whole table of SQLite to change it.

## What it does
Finds changes for which Prisma makes a new table, copies the rows, drops the old one and renames the new one.

## Why it is risky
While it copies, nothing else is written to the database file. Run statement by statement it is not atomic either:
other connections see no such table for a moment, and a failure leaves a table `new_...` behind.

## Example
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id     Int     @id
  active Boolean @default(true)
}
```

## Safer way
Optional fields and indexes come without a rebuild. Put the changes that need one into one migration, and copy the file first.
```prisma after
model User {
  id     Int      @id
  active Boolean?
}
```

## When to ignore it
When the table is small.

## Providers
SQLite and what speaks its language (D1, libSQL).
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rebuilds import cascading_dependents, is_told_elsewhere, rebuilt_tables
from refract.rules.kit.rule import rule
from refract.rules.kit.words import table_label


@rule(Severity.INFO, frozenset({"sqlite"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is made anew, unless that is said elsewhere."""
    for rebuilt in rebuilt_tables(context):
        if any(is_told_elsewhere(change) for change in rebuilt.changes) or cascading_dependents(context, rebuilt):
            continue
        yield Risk(
            key=str(rebuilt.table),
            what=f"Prisma makes {table_label(context, rebuilt.table)} anew and copies its rows: nothing else is written to the "
            "database file meanwhile. Put changes like this into one migration, and copy the file first.",
            change=rebuilt.changes[0],
        )
