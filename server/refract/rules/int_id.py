"""A new id is a number of 32 bits or less.

## What it does
Finds auto-incremented ids of new tables that have 32 bits or less.

## Why it is risky
A 32-bit id ends at 2,147,483,647. After that, every insert fails.
Changing the type later rewrites the table, its indexes and all tables that reference it.
This is one of the most expensive migrations.

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
  id Int @id @default(autoincrement())
}
```

## Safer way
Use `BigInt` or a UUID.
```prisma after
model A {
  id Int @id
}

model B {
  id BigInt @id @default(autoincrement())
}
```

## When to ignore it
When the table never gets that many rows.

## Providers
PostgreSQL, MySQL, SQL Server and CockroachDB. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label
from refract.rules.kit.new import new_tables
from refract.rules.kit.rule import rule
from refract.schema.model import Column

_UNSIGNED = " UNSIGNED"
_BITS = {"INTEGER": 32, "INT": 32, "INT4": 32, "MEDIUMINT": 24, "SMALLINT": 16, "INT2": 16, "TINYINT": 8}


@rule(Severity.INFO, frozenset({"postgresql", "mysql", "sqlserver", "cockroachdb"}), on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each small auto-incremented id of a new table."""
    for table, change in new_tables(context):
        key = {part.name for part in table.primary_key.columns} if table.primary_key else set()
        for column in table.columns:
            if column.name in key and _is_small(column):
                yield Risk(
                    key=f"{table.name}.{column.name}",
                    what=f"Key {column_label(context, table.name, column)} can run out of numbers",
                    harm=(harm(Effect.KEY_RUNS_OUT, largest=_largest(column)), harm(Effect.KEY_TYPE_COSTLY)),
                    now=(action(Do.USE_LARGER_KEY),),
                    change=change,
                    origin=column.origin,
                )


def _is_small(column: Column) -> bool:
    return column.auto_increment and column.type.name.removesuffix(_UNSIGNED) in _BITS


def _largest(column: Column) -> str:
    name = column.type.name
    bits = _BITS[name.removesuffix(_UNSIGNED)]
    return f"{2 ** (bits if name.endswith(_UNSIGNED) else bits - 1) - 1:,}"
