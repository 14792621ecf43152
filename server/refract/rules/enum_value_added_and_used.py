"""A new value of an enum is used in the same migration that adds it.

## What it does
Finds values that are added to an enum and, in the same change, become the default of a field or are written to rows.

## Why it is risky
PostgreSQL does not let a new value be used before the transaction that added it is committed (error 55P04).
Prisma writes exactly that pair into one migration, and up to 7.3 runs the file as one transaction, so it fails.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  role Role @default(USER)
}

enum Role {
  USER
  ADMIN
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role Role @default(GUEST)
}

enum Role {
  USER
  ADMIN
  GUEST
}
```

## Safer way
Add the value in one migration, and make it the default in the next.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role Role @default(USER)
}

enum Role {
  USER
  ADMIN
  GUEST
}
```

## When to ignore it
When the project runs Prisma 7.4 or newer, which sends each statement by itself.

## Providers
PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, Backfill, Change, CreateTable
from refract.schema.model import Column, QualifiedName
from refract.sql.transactions import is_one_transaction
from refract.text import Origin
from refract.wording import listed

_WRITES = frozenset({"INSERT", "UPDATE", "MERGE"})


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that gains values which something uses at once."""
    if not is_one_transaction(context.versions) or not context.behaviour.commits_enum_values_first:
        return
    for change in context.changes(AlterEnum):
        if change.added and not change.removed:  # where values go, Prisma makes a new type, which may be used at once
            yield from _used(context, change)


def _used(context: RuleContext, change: AlterEnum) -> Iterator[Risk]:
    uses = (
        (value, user) for value in change.added for user in context.diff.changes if _uses(context, user, change, value)
    )
    for value, user in uses:
        name = change.after.enum_name or change.after.name.name
        yield Risk(
            key=f"{name}.{value}",
            what=f"{listed([value])} is added to `{name}` and used in the same migration: PostgreSQL refuses that until the "
            "value is committed (55P04), and Prisma before 7.4 runs the whole file as one transaction. "
            "Add the value in one migration, and use it in the next.",
            change=user,
            origin=_written(user, change.after.name, value),
        )
        return


def _uses(context: RuleContext, user: Change, enum: AlterEnum, value: str) -> bool:
    if isinstance(user, Backfill):
        holders = (context.after.tables.get(name) for name in user.tables)
        holds = any(c.type.enum == enum.after.name for table in holders if table for c in table.columns)
        return holds and user.verb in _WRITES and re.search(rf"'{re.escape(value)}'", user.sql) is not None
    return any(_defaults_to(column, enum.after.name, value) for column in _columns(user))


def _columns(change: Change) -> tuple[Column, ...]:
    match change:
        case AddColumn(column=column) | AlterColumn(after=column):
            return (column,)
        case CreateTable(table=table):
            return table.columns
    return ()


def _defaults_to(column: Column, enum: QualifiedName, value: str) -> bool:
    default = column.default
    if default is None or column.type.enum != enum:
        return False
    return default.text == value or any(item.text == value for item in default.items)


def _written(user: Change, enum: QualifiedName, value: str) -> Origin | None:
    """The field that uses the value, where that is inside a new table."""
    return next((c.origin for c in _columns(user) if _defaults_to(c, enum, value)), None)
