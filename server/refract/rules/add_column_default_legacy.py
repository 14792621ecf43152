"""An old PostgreSQL writes the default of a new field into every row.

## What it does
Finds new columns with a default on existing tables, if the database is too old to keep the default in the catalog only.

## Why it is risky
PostgreSQL 10 and older rewrite the whole table and all its indexes for any default.
All reads and writes wait for the ACCESS EXCLUSIVE lock. Newer versions change only the catalog.

## Example
```prisma before
model User {
  id Int @id @default(autoincrement())
}
```
```prisma after
model User {
  id     Int     @id @default(autoincrement())
  active Boolean @default(true)
}
```

## Safer way
Upgrade PostgreSQL, or add the field as optional and without the default.
Then set the default in a second migration, and fill the existing rows in batches.
```prisma after
model User {
  id     Int      @id @default(autoincrement())
  active Boolean?
}
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL before 11.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, blocking, harm
from refract.rules.kit.labels import blocked, column_label, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn
from refract.schema.model import Column


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new column with a default that is written into every row."""
    if context.versions.server >= context.behaviour.adds_defaults_since:
        return
    operation = context.behaviour.volatile_default
    for change in context.on_existing(AddColumn):
        if _has_constant(context, change.column):
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=f"Adding {column_label(context, change.table, change.column)} with a default {blocked(operation)}",
                harm=(
                    *blocking(operation, table_label(context, change.table)),
                    harm(Effect.DEFAULT_WRITTEN_TO_ROWS),
                ),
                now=cures(operation),
                change=change,
            )


def _has_constant(context: RuleContext, column: Column) -> bool:
    """Another rule covers a default that is computed row by row, on every version."""
    default = column.default
    return default is not None and not column.auto_increment and not context.behaviour.volatile.search(default.text)
