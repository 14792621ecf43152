"""A new model has unique fields but no `@id`.

## What it does
Finds new tables without a primary key, except in the first migration of a project.

## Why it is risky
Logical replication, online schema change tools (gh-ost, pt-online-schema-change) and batched backfills identify rows by the primary key.
MySQL creates a hidden key that no query can use.

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
Make the unique field the `@id`, or add an `@id`.
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
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import is_join_table, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddPrimaryKey, CreateTable


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new table without a key, even at the end of the change."""
    if context.begins_history:
        return
    keyed = {c.table for c in context.changes(AddPrimaryKey)}
    for change in context.changes(CreateTable):
        table = change.table
        if table.primary_key is None and table.name not in keyed and not is_join_table(table):
            yield Risk(
                key=str(table.name),
                what=f"{table_label(context, table.name)} has no primary key",
                harm=(harm(Effect.TOOLS_NEED_PRIMARY_KEY),),
                now=(action(Do.MAKE_UNIQUE_FIELD_ID),),
                change=change,
            )
