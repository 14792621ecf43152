"""A field changes its type, and only the catalog is written.

## What it does
Finds type changes that take a moment, whatever the size of the table: longer text, more digits.

## Why it is risky
Nothing is written, but the table is locked for that moment. If a query or a transaction that is already running
uses the table, the change waits for it, and every later query waits behind the change.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(50)
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(200)
}
```

## Safer way
Begin the migration with `SET lock_timeout = '500ms';` and run it again if it gives up. Or leave the type.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(50)
}
```

## When to ignore it
When no long transactions use the table.

## Providers
PostgreSQL, MySQL, SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.providers.type_changes import leaves_rows, loses_silently
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of
from refract.rules.kit.words import column_label
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type change that leaves the rows alone."""
    for change in () if gives_up_waiting(context) else context.on_existing(AlterColumn):
        if cast_of(change) is Cast.SAFE and _is_cheap(context, change):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_message(context, change),
                change=change,
                severity=Severity.WARNING if _sorts_anew(context, change) else None,
            )


def _is_cheap(context: RuleContext, change: AlterColumn) -> bool:
    before, after = change.before.type, change.after.type
    return leaves_rows(context.provider.name, before, after) and not loses_silently(before, after)


def _sorts_anew(context: RuleContext, change: AlterColumn) -> bool:
    """Whether indexes on the column are built anew: CITEXT has another order than TEXT, though the same bytes."""
    table = context.before.tables.get(change.table)
    if table is None or (change.before.type.name == "CITEXT") is (change.after.type.name == "CITEXT"):
        return False
    keys = [index.columns for index in table.indexes]
    keys += [table.primary_key.columns] if table.primary_key else []
    return any(part.name == change.before.name for key in keys for part in key)


def _message(context: RuleContext, change: AlterColumn) -> str:
    render = context.provider.render_type
    if _sorts_anew(context, change):
        return (
            f"{column_label(context, change.table, change.after)} changes from `{render(change.before.type)}` to "
            f"`{render(change.after.type)}`: no row is written, but the indexes on it are built anew, and every query waits "
            "meanwhile. A unique one fails if two values differ in nothing but case. Look for those first."
        )
    waits = "every query" if context.behaviour.rewrite.blocks is Blocks.EVERYTHING else "every later statement"
    return (
        f"{column_label(context, change.table, change.after)} changes from `{render(change.before.type)}` to "
        f"`{render(change.after.type)}`: no row is written, so it takes a moment at any size. "
        f"While it waits for transactions that already use the table, {waits} waits behind it: set a lock timeout."
    )
