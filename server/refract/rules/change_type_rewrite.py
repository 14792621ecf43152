"""A type change rewrites the whole table.

## What it does
Finds type changes that Prisma calls safe, but for which the database writes every row.

## Why it is risky
Prisma calls `Int` to `BigInt` a safe cast and does not warn. The values are safe, but the app has to wait.
PostgreSQL rewrites the table and all its indexes under an ACCESS EXCLUSIVE lock, so all reads and writes on the table wait.
MySQL copies the table while writes wait.
A few casts that Prisma calls safe do lose information without an error: a timestamp that becomes a date, or a list that becomes one text.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  views Int
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  views BigInt
}
```

## Safer way
1. Add a field of the new type next to the old one.
2. Deploy code that writes both fields.
3. Copy the older values in batches.
4. Deploy code that reads the new field.
5. Drop the old field in a later release.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  views    Int
  viewsBig BigInt?
}
```

## When to ignore it
If the table is small, or the app can be down during the rewrite.

## Providers
PostgreSQL, MySQL and MariaDB, SQL Server. On SQLite every such change rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Blocks
from refract.providers.type_changes import leaves_rows
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.labels import blocked, column_label, created_here, table_label
from refract.rules.kit.recipes import type_change, within_limit
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of, silent_loss, type_name
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each cast that is safe for the values and costs a rewrite. Risky ones have a separate rule."""
    for change in context.on_existing(AlterColumn):
        lost = _lost(change)
        if cast_of(change) is Cast.SAFE and (_waits(context, change) or lost):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_what(context, change),
                harm=_harm(context, change),
                now=within_limit(cures(context.behaviour.rewrite), type_change(context, change)),
                change=change,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
                severity=Severity.ERROR if lost else None,
            )


def _waits(context: RuleContext, change: AlterColumn) -> bool:
    operation = context.behaviour.rewrite
    if operation.blocks in (Blocks.NOTHING, Blocks.DATABASE):
        return False
    return not (_is_same_enum(change) or leaves_rows(context.provider.name, change.before.type, change.after.type))


def _is_same_enum(change: AlterColumn) -> bool:
    """Values that are added to or removed from an enum kept by the column have separate rules."""
    return change.before.type.name == change.after.type.name == "ENUM"


def _lost(change: AlterColumn) -> Effect | None:
    return None if change.using else silent_loss(change.before.type, change.after.type)


def _what(context: RuleContext, change: AlterColumn) -> str:
    new = type_name(context.provider, change.after.type)
    subject = f"Changing {column_label(context, change.table, change.after)} to {code_span(new)}"
    return f"{subject} silently alters values" if _lost(change) else f"{subject} {blocked(context.behaviour.rewrite)}"


def _harm(context: RuleContext, change: AlterColumn) -> Iterator[AnyHarm]:
    lost = _lost(change)
    if lost is not None:
        yield harm(lost)
    if _waits(context, change):
        yield from blocking(context.behaviour.rewrite, table_label(context, change.table))
