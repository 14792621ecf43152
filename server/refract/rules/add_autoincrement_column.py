"""Adding an auto-incrementing field numbers every existing row.

## What it does
Finds new `autoincrement()` columns on existing tables.

## Why it is risky
Every existing row gets a number, in no particular order, so the whole table is rewritten.
On PostgreSQL all reads and writes on the table wait.
On MySQL reads continue, but replicas may number the rows differently.

## Example
```prisma before
model User {
  id String @id
}
```
```prisma after
model User {
  id  String @id
  num Int    @default(autoincrement())
}
```

## Safer way
Add an optional field without `autoincrement()`.
Number the rows in batches, in the order that you want.
Add the sequence in a later migration.
```prisma after
model User {
  id  String @id
  num Int?
}
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL, MySQL, SQL Server. CockroachDB numbers the rows online.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.operation import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, blocking, harm
from refract.rules.kit.labels import blocked, column_label, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AddPrimaryKey


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new column that counts. One that becomes the primary key is a new key above all."""
    operation = context.behaviour.add_auto_increment
    keys = {(c.table, part.name) for c in context.on_existing(AddPrimaryKey) for part in c.primary_key.columns}
    for change in context.on_existing(AddColumn):
        counts = change.column.auto_increment and (change.table, change.column.name) not in keys
        if counts and operation.blocks is not Blocks.NOTHING:
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=f"Numbering existing rows for {column_label(context, change.table, change.column)} {blocked(operation)}",
                harm=(
                    *blocking(operation, table_label(context, change.table)),
                    harm(Effect.NUMBERED_IN_ANY_ORDER),
                ),
                now=cures(operation),
                change=change,
            )
