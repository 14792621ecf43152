"""A field with a default is added on a version that writes it into every row.

## What it does
Finds new columns with a default on tables that exist, where the database is too old to note it once for all rows.

## Why it is risky
PostgreSQL 10 and older write the whole table and all its indexes anew for any default, under an ACCESS EXCLUSIVE lock.
Newer versions write only the catalog.

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
Upgrade, or add the field optional and without the default, set the default next, and fill the rows in batches.
```prisma after
model User {
  id     Int      @id @default(autoincrement())
  active Boolean?
}
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL before 11.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, cure, sentences, table_label, who_waits
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
                what=sentences(
                    f"{column_label(context, change.table, change.column)} has a default, "
                    "and this version of the database writes it into every row.",
                    who_waits(operation, table_label(context, change.table)),
                    cure(operation),
                ),
                change=change,
            )


def _has_constant(context: RuleContext, column: Column) -> bool:
    """One that is computed row by row has a rule of its own, on every version."""
    default = column.default
    return default is not None and not column.auto_increment and not context.behaviour.volatile.search(default.text)
