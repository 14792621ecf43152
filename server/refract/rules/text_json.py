"""A new field is of type `json` rather than `jsonb`.

## What it does
Finds new `@db.Json` fields.

## Why it is risky
`json` has no equality: `DISTINCT`, `GROUP BY` and `UNION` over the table fail, and no index helps to search it.

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
  id   Int  @id
  data Json @db.Json
}
```

## Safer way
Leave the type to Prisma: it uses `jsonb`.
```prisma after
model A {
  id Int @id
}

model B {
  id   Int  @id
  data Json
}
```

## When to ignore it
When the exact text must stay as it was written.

## Providers
PostgreSQL. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_columns
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label
from refract.schema.model import Column


@rule(Severity.INFO, frozenset({"postgresql"}), on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    for table, column, change in new_columns(context):
        if _objects(column):
            yield Risk(
                key=f"{table}.{column.name}",
                what=f"{column_label(context, table, column)} is `json`, which cannot be compared: `DISTINCT` and `GROUP BY` fail. Leave out `@db.Json` to get `jsonb`.",
                change=change,
                origin=column.origin,
            )


def _objects(column: Column) -> bool:
    return column.type.name == "JSON"
