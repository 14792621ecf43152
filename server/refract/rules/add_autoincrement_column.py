"""A field that the database numbers is added to a model that exists.

## What it does
Finds new `autoincrement()` columns on tables that exist.

## Why it is risky
Every row that is there gets a number, in no order that anyone chose, so the whole table is written anew.
On PostgreSQL nobody reads or writes the table meanwhile; MySQL lets reads go on, and its replicas may number
the rows differently.

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
Add an optional field without `autoincrement()`, number the rows in batches and in the order you want,
and give it the sequence in a later migration.
```prisma after
model User {
  id  String @id
  num Int?
}
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL, MySQL, SQL Server. CockroachDB does it while work goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, cure, sentences, table_label, who_waits
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
                what=_message(context, change),
                change=change,
            )


def _message(context: RuleContext, change: AddColumn) -> str:
    operation = context.behaviour.add_auto_increment
    return sentences(
        f"{column_label(context, change.table, change.column)} numbers every row that exists, in no particular order.",
        who_waits(operation, table_label(context, change.table)),
        cure(operation),
    )
