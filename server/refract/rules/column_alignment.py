"""The column order of a new table wastes space.

## What it does
Finds new tables in which another order of the columns would save at least eight bytes per row.

## Why it is risky
PostgreSQL aligns an 8-byte value to a multiple of eight, and fills the gap before it.
Alternating small and large columns leave many gaps.
The order cannot be changed once the table exists.

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
  id BigInt  @id
  a  Boolean
  b  BigInt
  c  Boolean
  d  BigInt
}
```

## Safer way
Put the 8-byte fields first, then the smaller ones, and text last.
```prisma after
model A {
  id Int @id
}

model B {
  id BigInt  @id
  b  BigInt
  d  BigInt
  a  Boolean
  c  Boolean
}
```

## When to ignore it
If the table is small.

## Providers
PostgreSQL. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.new import new_tables
from refract.rules.kit.rule import rule
from refract.schema.model import Column

_SIZES = {
    "BIGINT": 8,
    "TIMESTAMP": 8,
    "TIMESTAMPTZ": 8,
    "DOUBLE PRECISION": 8,
    "TIME": 8,
    "INTEGER": 4,
    "DATE": 4,
    "REAL": 4,
}
_SIZES |= {"SMALLINT": 2, "BOOLEAN": 1}
_WORTH_IT = 8


@rule(Severity.INFO, frozenset({"postgresql"}), on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new table with gaps. Tables with columns of other types are left out: their width is not known."""
    for table, change in new_tables(context):
        fixed = [c for c in table.columns if _size(c)]
        saved = _width(fixed) - _width(sorted(fixed, key=_size, reverse=True))
        if saved >= _WORTH_IT and len(fixed) == len(table.columns):
            yield Risk(
                key=str(table.name),
                what=f"The column order of {table_label(context, table.name)} wastes {saved} bytes per row",
                harm=(harm(Effect.COLUMN_ORDER_IS_FINAL),),
                now=(action(Do.PUT_WIDE_FIELDS_FIRST),),
                change=change,
            )


def _size(column: Column) -> int:
    return 0 if column.type.is_list else _SIZES.get(column.type.name, 0)


def _width(columns: Sequence[Column]) -> int:
    """How many bytes the columns take in this order, up to the end of a group of eight."""
    end = 0
    for column in columns:
        end += -end % _size(column) + _size(column)
    return end + -end % 8
