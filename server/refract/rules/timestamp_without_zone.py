"""A new `DateTime` field keeps no time zone.

## What it does
Finds new columns of type `TIMESTAMP` or `TIMESTAMP(0)`, which is what Prisma makes of `DateTime`.

## Why it is risky
PostgreSQL stores such a time as it was written, without saying where that was. Programs and sessions in another
time zone read another moment, and changing the type later writes the whole table anew.

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
  id Int      @id
  at DateTime
}
```

## Safer way
Use `@db.Timestamptz(3)` from the start.
```prisma after
model A {
  id Int @id
}

model B {
  id Int      @id
  at DateTime @db.Timestamptz(3)
}
```

## When to ignore it
When everything that reads and writes it runs in UTC.

## Providers
PostgreSQL, CockroachDB. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_columns
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label
from refract.schema.model import Column


@rule(Severity.INFO, frozenset({"postgresql", "cockroachdb"}), on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    for table, column, change in new_columns(context):
        if _objects(column):
            yield Risk(
                key=f"{table}.{column.name}",
                what=f"{column_label(context, table, column)} keeps no time zone: sessions in another zone read another moment. Use `@db.Timestamptz(3)`.",
                change=change,
                origin=column.origin,
            )


def _objects(column: Column) -> bool:
    return column.type.name == "TIMESTAMP"
