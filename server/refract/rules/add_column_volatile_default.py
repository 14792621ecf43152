"""The default of a new field is computed for each existing row.

## What it does
Finds new columns on existing tables whose default gives each row a different value, such as `gen_random_uuid()`.

## Why it is risky
A constant default, and the current time, are stored once for all existing rows.
A default that differs by row is written into every row when the column is added.
PostgreSQL rewrites the whole table and all its indexes under an ACCESS EXCLUSIVE lock, so all reads and writes on the table wait.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  token String @default(dbgenerated("gen_random_uuid()")) @db.Uuid
}
```

## Safer way
1. Add the field as optional and without the default, which takes no time.
2. Set the default in a second migration, so that new rows get one.
3. Fill the older rows in batches.
4. Make the field required.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  token String? @db.Uuid
}
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL, SQL Server, MySQL and MariaDB. MySQL and MariaDB copy the table for any expression except the current time.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.operation import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.labels import column_label, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn
from refract.schema.model import Column, DefaultKind


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new column whose default differs by row."""
    operation = context.behaviour.volatile_default
    for change in context.on_existing(AddColumn):
        if operation.blocks is not Blocks.NOTHING and _is_volatile(context, change.column):
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=f"Adding {column_label(context, change.table, change.column)} computes a default for every row",
                harm=blocking(operation, table_label(context, change.table)),
                now=cures(operation),
                change=change,
            )


def _is_volatile(context: RuleContext, column: Column) -> bool:
    default = column.default
    if default is None or default.kind is not DefaultKind.EXPRESSION or column.auto_increment:
        return False
    return bool(context.behaviour.volatile.search(default.text))
