"""A new enum value is used in the migration that adds it.

## What it does
Finds new enum values that the same change sets as the default of a field or writes to rows.

## Why it is risky
PostgreSQL refuses a new value until the transaction that adds the value is committed (error 55P04).
Prisma puts both statements into one migration. Prisma up to 7.3 runs the file in one transaction, so the migration fails.

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
Add the value in one migration, and set it as the default in the next.
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
When the project runs Prisma 7.4 or newer, which runs each statement separately.

## Providers
PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, Backfill, Change, CreateTable
from refract.schema.model import Column, QualifiedName
from refract.sql.transactions import is_one_transaction
from refract.text import Origin

_WRITES = frozenset({"INSERT", "UPDATE", "MERGE"})


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum with a new value that the same change uses."""
    if not is_one_transaction(context.versions) or not context.behaviour.commits_enum_values_first:
        return
    for change in context.changes(AlterEnum):
        if (
            change.added and not change.removed
        ):  # if values are removed, Prisma creates a new type, whose values may be used
            yield from _used(context, change)


def _used(context: RuleContext, change: AlterEnum) -> Iterator[Risk]:
    uses = (
        (value, user) for value in change.added for user in context.diff.changes if _uses(context, user, change, value)
    )
    for value, user in uses:
        name = change.after.enum_name or change.after.name.name
        yield Risk(
            key=f"{name}.{value}",
            what=f"Using new value {code_span(value)} in the same migration fails",
            harm=(harm(Effect.VALUE_USED_BEFORE_COMMIT), harm(Effect.ONE_TRANSACTION_BEFORE_7_4)),
            now=(
                action(Do.ADD_VALUE_ALONE, value=code_span(value), enum=code_span(name)),
                action(Do.USE_VALUE_IN_NEXT_MIGRATION, value=code_span(value)),
            ),
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
    """The field that uses the value, if it is in a new table."""
    return next((c.origin for c in _columns(user) if _defaults_to(c, enum, value)), None)
