"""Prisma copies a whole SQLite table to change it.

## What it does
Finds changes for which Prisma creates a new table, copies the rows, drops the old table and renames the new one.

## Why it is risky
All other writes to the database file wait while the rows are copied.
If the statements run one by one, the change is not atomic:
other connections briefly find no table, and a failure leaves a table `new_...` behind.

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
Optional fields and indexes need no rebuild. Combine changes that need one in one migration, and back up the file before you run it.
```prisma after
model User {
  id     Int      @id
  active Boolean?
}
```

## When to ignore it
When the table is small.

## Providers
SQLite, D1 and libSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rebuilds import cascading_dependents, is_reported_elsewhere, rebuilt_tables
from refract.rules.kit.rule import rule


@rule(Severity.INFO, frozenset({"sqlite"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is rebuilt, unless another rule reports it."""
    for rebuilt in rebuilt_tables(context):
        if any(is_reported_elsewhere(change) for change in rebuilt.changes) or cascading_dependents(context, rebuilt):
            continue
        yield Risk(
            key=str(rebuilt.table),
            what=f"Prisma copies {table_label(context, rebuilt.table)} to change it",
            harm=(harm(Effect.FILE_LOCKED_DURING_COPY),),
            now=(action(Do.COMBINE_REBUILDS), action(Do.BACK_UP_FILE)),
            change=rebuilt.changes[0],
        )
