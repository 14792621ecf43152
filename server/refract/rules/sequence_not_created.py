"""Prisma adds no sequence to an existing id, but Prisma Client relies on one.

## What it does
Finds existing fields that get `@default(sequence())` or `@default(autoincrement())`, where Prisma changes nothing in the database.

## Why it is risky
Prisma Client leaves the field out of inserts. The column has no default, so each insert fails.

## Example
```prisma before
model User {
  id BigInt @id
}
```
```prisma after
model User {
  id BigInt @id @default(sequence())
}
```

## Safer way
Create the sequence in a hand-written migration.
A new model has its sequence from the start:
```prisma after
model User {
  id BigInt @id
}

model Post {
  id BigInt @id @default(sequence())
}
```

## When to ignore it
When a hand-written migration has given the column the default.

## Providers
CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, field_name
from refract.rules.kit.rule import SCHEMA_ONLY, rule
from refract.schema.changes import AlterColumn, RecreateColumn
from refract.schema.model import Column


@rule(Severity.ERROR, frozenset({"cockroachdb"}), SCHEMA_ONLY, unchanged=True)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that only the schema numbers."""
    changed = {
        (change.table, change.after.name)
        for change in context.diff.changes
        if isinstance(change, AlterColumn | RecreateColumn)
    }
    for name, table in context.after.tables.items():
        built = context.before.tables.get(name)
        for column in table.columns:
            held = built.column(column.name) if built else None
            if held and _is_numbered(column) and not _has_default(held) and (name, column.name) not in changed:
                label = column_label(context, name, column)
                yield Risk(
                    key=f"{name}.{column.name}",
                    what=f"Prisma creates no sequence for {label}",
                    harm=(harm(Effect.INSERTS_LACK_SEQUENCE),),
                    now=(action(Do.CREATE_SEQUENCE, field=field_name(column)),),
                    change=None,
                    origin=column.origin,
                )


def _is_numbered(column: Column) -> bool:
    return column.auto_increment or column.numbering is not None


def _has_default(column: Column) -> bool:
    return _is_numbered(column) or column.default is not None or column.generated is not None
