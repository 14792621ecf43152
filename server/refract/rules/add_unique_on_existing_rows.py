"""A field or a group of fields becomes unique on a model that exists.

## What it does
Finds new unique indexes and constraints on tables that may have rows.

## Why it is risky
The migration fails if two rows hold the same values, and stops there.
While the database looks, it may keep others out: PostgreSQL builds the index under a SHARE lock,
so that every INSERT, UPDATE and DELETE waits.
Programs that run with the older schema may still write duplicates, and fail from then on.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## Safer way
Look for duplicates and settle them first, then let the migration say `CREATE UNIQUE INDEX CONCURRENTLY`
(PostgreSQL), alone in its file. If that fails, it leaves an invalid index behind, to be dropped before the next attempt.
A unique field that is new, optional and empty has no duplicates, but the index is still built under the lock.
One that comes with its table costs nothing:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}

model Login {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## When to ignore it
When there are no duplicates, none can be written meanwhile, and the table is small.

## Providers
All. SQL Server and MongoDB take two NULLs for duplicates; the others do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.indexes import BuiltIndex, already_unique, built_indexes, index_key, severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import cure, sentences, table_label, who_waits
from refract.schema.model import Column, DefaultKind
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each unique index that may find duplicates or keeps others waiting."""
    for built in built_indexes(context):
        if not built.index.unique:
            continue
        duplicates, certain = _duplicates(context, built)
        if duplicates or built.blocks:
            yield Risk(
                key=index_key(built),
                what=_message(context, built, duplicates),
                change=built.change,
                severity=Severity.ERROR if certain else None if duplicates else severity(built),
            )


def _message(context: RuleContext, built: BuiltIndex, duplicates: str) -> str:
    table = table_label(context, built.change.table)
    columns = listed(c.name or "an expression" for c in built.index.columns)
    return sentences(
        f"{columns} of {table} must be unique from now on{': ' if duplicates else '.'}{duplicates}",
        who_waits(built.operation, table),
        "Find and settle duplicates first." if duplicates else "",
        cure(built.operation),
    )


def _duplicates(context: RuleContext, built: BuiltIndex) -> tuple[str, bool]:
    """What is to be said about duplicates, and whether there are some as soon as there are two rows."""
    if already_unique(context, built.change.table, (c.name for c in built.index.columns)):
        return "", False
    added = [context.added_column(built.change.table, c.name) for c in built.index.columns]
    if any(c is not None and _differs_by_row(context, c) for c in added):
        return "", False
    if all(c is not None for c in added):
        return "all rows get the same value in a new field, so this fails if there are two rows.", True
    return "this fails if two rows hold the same values.", False


def _differs_by_row(context: RuleContext, column: Column) -> bool:
    """Whether the rows that exist get values in the new column that are no duplicates of each other."""
    if column.auto_increment:
        return True
    if column.default is None:
        return not context.behaviour.nulls_collide if column.nullable else not context.behaviour.implicit_value
    return column.default.kind is DefaultKind.EXPRESSION
