"""A new field stores money in an inexact type.

## What it does
Finds new `Float` fields named like amounts, and `@db.Money` fields.

## Why it is risky
Binary fractions cannot hold 0.10, so sums are off by cents sooner or later.
`money` rounds in divisions, and on PostgreSQL its format depends on the locale of the server.

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
Use `Decimal`, or `Int` or `BigInt` for whole numbers of the smallest unit.
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
All SQL databases. Off by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label
from refract.rules.kit.new import new_columns
from refract.rules.kit.rule import SQL, rule
from refract.schema.model import Column


@rule(Severity.INFO, SQL, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    for table, column, change in new_columns(context):
        if _is_money(column) or _is_float_amount(column):
            yield Risk(
                key=f"{table}.{column.name}",
                what=f"{column_label(context, table, column)} stores money in an inexact type",
                harm=(harm(Effect.MONEY_TYPE_INEXACT if _is_money(column) else Effect.FLOAT_ROUNDS),),
                now=(action(Do.USE_DECIMAL), instead(Do.USE_WHOLE_CENTS)),
                change=change,
                origin=column.origin,
            )


_AMOUNTS = re.compile(r"(?i)(?:price|amount|cost|total|balance|fee|salary|payment|money|revenue|tax)")
_FLOATS = frozenset({"DOUBLE PRECISION", "REAL", "DOUBLE", "FLOAT", "FLOAT8", "FLOAT4", "FLOAT(53)"})


def _is_money(column: Column) -> bool:
    return column.type.name in ("MONEY", "SMALLMONEY")


def _is_float_amount(column: Column) -> bool:
    return column.type.name in _FLOATS and _AMOUNTS.search(column.name) is not None
