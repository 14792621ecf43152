"""A default changes or goes, and older code that relies on it writes something else.

## What it does
Finds columns whose default in the database is another one, or none, from then on.

## Why it is risky
Rows that exist keep what they hold. Prisma Client writes a plain default itself, so that a program built from the older
schema goes on with the older value. Whoever leaves the field to the database (`dbgenerated`, raw SQL, other programs)
gets the new value from then on, and fails if there is none and the field is required.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  role String @default("user")
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role String
}
```

## Safer way
Let the code write the value itself and deploy that, then drop the default.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role String @default("user")
}
```

## When to ignore it
When no running program leaves the field out.

## Providers
All with defaults in the database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff.columns import column_changes
from refract.diff.traits import flavour
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here
from refract.schema.changes import AlterColumn, Cast
from refract.schema.model import Column, DefaultKind


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column of one type whose default is not what it was."""
    for change in context.on_existing(AlterColumn):
        if _changes(context, change):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_message(context, change),
                change=change,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
                severity=Severity.WARNING if _fails(change) else None,
            )


def _changes(context: RuleContext, change: AlterColumn) -> bool:
    before, after = change.before, change.after
    table = context.after.tables.get(change.table)
    if table is None or table.column(after.name) is None:
        return False  # the column goes: SQL Server has to drop its default first
    counts = before.auto_increment or after.auto_increment
    if before.default is None or counts or change.cast is not Cast.NONE or before.default == after.default:
        return False
    return column_changes(before, after, change.cast, flavour(context.provider.name)).default and not _value_goes(
        context, before
    )


def _value_goes(context: RuleContext, before: Column) -> bool:
    """Whether the default was an enum's value that is no longer there: that has rules of its own."""
    enum = context.after.enums.get(before.type.enum) if before.type.enum else None
    return enum is not None and before.default is not None and all(v.name != before.default.text for v in enum.values)


def _fails(change: AlterColumn) -> bool:
    """Whether Prisma Client itself leaves the field to the database, which has nothing to give any more."""
    before, after = change.before.default, change.after
    left = before is not None and before.kind is DefaultKind.EXPRESSION
    return left and after.default is None and not after.nullable and not after.type.is_list


def _message(context: RuleContext, change: AlterColumn) -> str:
    label = column_label(context, change.table, change.after)
    old, new = (context.provider.render_default(c) for c in (change.before, change.after))
    if _fails(change):
        return (
            f"{label} loses its default `{old}`: running programs leave the field to the database and can no longer insert. "
            "Let the code write the value first."
        )
    became = f"changes its default from `{old}` to `{new}`" if new else f"loses its default `{old}`"
    return (
        f"{label} {became}: rows that exist keep what they hold, and programs that run with the older schema go on to write "
        f"the older value. SQL that leaves the column out gets {'the new one' if new else 'none'}."
    )
