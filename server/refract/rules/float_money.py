"""A new field for an amount of money rounds.

## What it does
Finds new `Float` fields named like amounts, and `@db.Money` fields.

## Why it is risky
Binary fractions cannot hold 0.10: sums are off by a cent sooner or later. `money` depends on the locale of the server.

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
  id    Int   @id
  price Float
}
```

## Safer way
Use `Decimal`, or whole numbers of the smallest unit.
```prisma after
model A {
  id Int @id
}

model B {
  id    Int     @id
  price Decimal @db.Decimal(12, 2)
}
```

## When to ignore it
When the values are estimates.

## Providers
All with columns. Off unless the project asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_columns
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label
from refract.schema.model import Column


@rule(Severity.INFO, SQL, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    for table, column, change in new_columns(context):
        if _objects(column):
            yield Risk(
                key=f"{table}.{column.name}",
                what=f"{column_label(context, table, column)} holds money in a type that rounds or depends on the locale. Use `Decimal`, or whole cents.",
                change=change,
                origin=column.origin,
            )


_AMOUNTS = re.compile(r"(?i)(?:price|amount|cost|total|balance|fee|salary|payment|money|revenue|tax)")
_FLOATS = frozenset({"DOUBLE PRECISION", "REAL", "DOUBLE", "FLOAT", "FLOAT8", "FLOAT4", "FLOAT(53)"})


def _objects(column: Column) -> bool:
    name = column.type.name
    return name in ("MONEY", "SMALLMONEY") or (name in _FLOATS and _AMOUNTS.search(column.name) is not None)
