"""A field changes its type, and the whole table is written anew for it.

## What it does
Finds type changes that lose no value by Prisma's account, but for which the database writes every row.

## Why it is risky
Prisma calls `Int` to `BigInt` a safe cast and says nothing. The values are safe; the application is not:
PostgreSQL writes the table and all its indexes anew under an ACCESS EXCLUSIVE lock, so that every query on it waits.
MySQL copies the table while writes wait. A few casts that Prisma calls safe do lose something, and no error says so:
a timestamp that becomes a date, a list that becomes one text.

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
Add a field of the new type beside the old one, write to both, copy the older values in batches, read from the new one,
and drop the old one in a later release.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  views    Int
  viewsBig BigInt?
}
```

## When to ignore it
When the table is small, or may stand still for a while.

## Providers
PostgreSQL, MySQL and MariaDB, SQL Server. On SQLite every such change rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.providers.type_changes import leaves_rows, loses_silently
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of
from refract.rules.kit.words import column_label, created_here, cure, sentences, table_label, who_waits
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each cast that is safe for the values and costs a rewrite. Risky ones have a rule of their own."""
    for change in context.on_existing(AlterColumn):
        if cast_of(change) is Cast.SAFE and (_waits(context, change) or _lost(change)):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_message(context, change),
                change=change,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
                severity=Severity.ERROR if _lost(change) else None,
            )


def _waits(context: RuleContext, change: AlterColumn) -> bool:
    operation = context.behaviour.rewrite
    if operation.blocks in (Blocks.NOTHING, Blocks.DATABASE):
        return False
    return not (_is_same_enum(change) or leaves_rows(context.provider.name, change.before.type, change.after.type))


def _is_same_enum(change: AlterColumn) -> bool:
    """Values that come and go in an enum kept by the column have rules of their own."""
    return change.before.type.name == change.after.type.name == "ENUM"


def _lost(change: AlterColumn) -> str:
    return "" if change.using else loses_silently(change.before.type, change.after.type)


def _message(context: RuleContext, change: AlterColumn) -> str:
    render = context.provider.render_type
    operation, lost = context.behaviour.rewrite, _lost(change)
    return sentences(
        f"{column_label(context, change.table, change.after)} changes from `{render(change.before.type)}` "
        f"to `{render(change.after.type)}`" + (f": {lost}, and nothing fails." if lost else "."),
        who_waits(operation, table_label(context, change.table)) if _waits(context, change) else "",
        cure(operation),
    )
