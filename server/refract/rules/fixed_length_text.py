"""A new text field has a length of its own.

## What it does
Finds new `@db.VarChar(n)` and `@db.Char(n)` fields.

## Why it is risky
On PostgreSQL a length saves nothing. A shorter one later writes the whole table anew, and `CHAR(n)` pads values
with blanks, which makes comparisons surprising.

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
  id   Int    @id
  name String @db.VarChar(50)
}
```

## Safer way
Use plain text, and a CHECK constraint where a limit matters.
```prisma after
model A {
  id Int @id
}

model B {
  id   Int    @id
  name String
}
```

## When to ignore it
When the limit is part of the data.

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
                what=f"{column_label(context, table, column)} has a fixed length: plain text costs no more, and a CHECK is easier to change. Use `String` without `@db`.",
                change=change,
                origin=column.origin,
            )


def _objects(column: Column) -> bool:
    return column.type.name in ("VARCHAR", "CHAR") and bool(column.type.args or column.type.name == "CHAR")
