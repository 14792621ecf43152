"""A field is added whose default the database computes row by row.

## What it does
Finds new columns on tables that exist, with a default that gives each row another value, such as `gen_random_uuid()`.

## Why it is risky
A constant default, and the current time, are noted once for all rows.
A default that differs from row to row must be written into every row at once: PostgreSQL writes the whole table and all
its indexes anew under an ACCESS EXCLUSIVE lock, so that every query on the table waits until it is done.

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
Add the field optional and without the default: that takes no time. Give it the default in a second migration, so that
new rows have one, fill the older rows in batches, and make it required last.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  token String? @db.Uuid
}
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL, MySQL and MariaDB (any expression but the current time copies the table), SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, cure, sentences, table_label, who_waits
from refract.schema.changes import AddColumn
from refract.schema.model import Column, DefaultKind


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new column that every row gets a value of its own for."""
    operation = context.behaviour.volatile_default
    for change in context.on_existing(AddColumn):
        if operation.blocks is not Blocks.NOTHING and _is_volatile(context, change.column):
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=_message(context, change),
                change=change,
            )


def _is_volatile(context: RuleContext, column: Column) -> bool:
    default = column.default
    if default is None or default.kind is not DefaultKind.EXPRESSION or column.auto_increment:
        return False
    return bool(context.behaviour.volatile.search(default.text))


def _message(context: RuleContext, change: AddColumn) -> str:
    operation = context.behaviour.volatile_default
    return sentences(
        f"{column_label(context, change.table, change.column)} has a default that is computed for each row "
        "while the column is added.",
        who_waits(operation, table_label(context, change.table)),
        cure(operation),
    )
