"""A new key is a 32-bit number.

## What it does
Finds new `Int` ids, and new `Int` fields that refer to others.

## Why it is risky
It ends at 2,147,483,647. Changing the type of a key later writes the table, its indexes and every table that refers to it
anew: the costliest migration of all.

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
Use `BigInt`, or a UUID.
```prisma after
model A {
  id Int @id
}

model B {
  id BigInt @id @default(autoincrement())
}
```

## When to ignore it
When the table can never grow that large.

## Providers
PostgreSQL, MySQL, SQL Server, CockroachDB. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_tables
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label
from refract.schema.model import Column

_SMALL = frozenset({"INTEGER", "INT", "INT4", "SMALLINT", "INT2", "MEDIUMINT", "TINYINT"})


@rule(Severity.INFO, frozenset({"postgresql", "mysql", "sqlserver", "cockroachdb"}), on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each number that counts the rows of a new table."""
    for table, change in new_tables(context):
        key = {part.name for part in table.primary_key.columns} if table.primary_key else set()
        for column in table.columns:
            if column.name in key and _is_small(column):
                yield Risk(
                    key=f"{table.name}.{column.name}",
                    what=f"{column_label(context, table.name, column)} ends at 2,147,483,647, and a key's type is costly to "
                    "change. Use `BigInt` or a UUID from the start.",
                    change=change,
                    origin=column.origin,
                )


def _is_small(column: Column) -> bool:
    return column.auto_increment and column.type.name.removesuffix(" UNSIGNED") in _SMALL
