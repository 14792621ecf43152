"""A new model has unique fields but no `@id`.

## What it does
Finds new tables without a primary key.

## Why it is risky
Rows are told apart by the key in logical replication, in tools that change large tables online (gh-ost, pt-online-schema-change)
and in every backfill that goes through a table in batches. MySQL makes a hidden one that nobody can use.

## Example
```prisma before
model A {
  id Int @id
}
```
```prisma after
model A {
  id Int @id
}

model B {
  code String @unique
}
```

## Safer way
Make the unique field the `@id`, or add one.
```prisma after
model A {
  id Int @id
}

model B {
  code String @id
}
```

## When to ignore it
When the table is small and never replicated.

## Providers
All with tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import join_table, table_label
from refract.schema.changes import AddPrimaryKey, CreateTable


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new table that has none, and gets none later in the same change."""
    keyed = {c.table for c in context.changes(AddPrimaryKey)}
    for change in context.changes(CreateTable):
        table = change.table
        if table.primary_key is None and table.name not in keyed and not join_table(table):
            yield Risk(
                key=str(table.name),
                what=f"{table_label(context, table.name)} has no primary key: replication, online schema changes and batched "
                "backfills need one. Make its unique field the `@id`, or add one.",
                change=change,
            )
