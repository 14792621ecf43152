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
Never, between `BEGIN` and `COMMIT`.
Prisma 7.4 and newer run other statements separately, so this is reported only for older versions.

## Providers
PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, Backfill, Change, CreateTable
from refract.schema.model import Column, QualifiedName
from refract.sql.transactions import is_one_transaction, shared_transactions
from refract.text import Origin

_WRITES = frozenset({"INSERT", "UPDATE", "MERGE"})


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum with a new value that the same transaction uses."""
    if not context.behaviour.commits_enum_values_first:
        return
    for changes in _transactions(context):
        for change in _without_swap(changes):
            yield from _used(context, change, changes)


def _transactions(context: RuleContext) -> Iterator[tuple[Change, ...]]:
    """The changes that share a transaction, in order."""
    if context.migration is None:
        yield from (context.diff.changes,) if is_one_transaction(context.versions) else ()
        return
    for statements in shared_transactions(context.statements, context.versions):
        yield tuple(change for statement in statements for change in statement.changes)


def _without_swap(changes: tuple[Change, ...]) -> Iterator[AlterEnum]:
    """The first change that adds values to each enum. If values are removed, Prisma creates a new type, whose values may be used."""
    seen: set[QualifiedName] = set()
    for change in changes:
        if isinstance(change, AlterEnum) and change.added and not change.removed and change.after.name not in seen:
            seen.add(change.after.name)
            yield change


def _used(context: RuleContext, change: AlterEnum, changes: tuple[Change, ...]) -> Iterator[Risk]:
    added = [
        value for c in changes if isinstance(c, AlterEnum) and c.after.name == change.after.name for value in c.added
    ]
    uses = ((value, user) for value in added for user in changes if _uses(context, user, change, value))
    for value, user in uses:
        name = change.after.enum_name or change.after.name.name
        yield Risk(
            key=f"{name}.{value}",
            what=f"Using new value {code_span(value)} in the same {_shared(context)} fails",
            harm=(harm(Effect.VALUE_USED_BEFORE_COMMIT), harm(_why_shared(context))),
            now=_actions(context, value, name),
            change=user,
            origin=_written(user, change.after.name, value),
        )
        return


def _shared(context: RuleContext) -> str:
    return "migration" if is_one_transaction(context.versions) else "transaction"


def _why_shared(context: RuleContext) -> Effect:
    whole = is_one_transaction(context.versions)
    return Effect.ONE_TRANSACTION_BEFORE_7_4 if whole else Effect.ONE_EXPLICIT_TRANSACTION


def _actions(context: RuleContext, value: str, enum: str) -> tuple[Action, ...]:
    if not is_one_transaction(context.versions):
        return (action(Do.COMMIT_BEFORE_USE, value=code_span(value)),)
    return (
        action(Do.ADD_VALUE_ALONE, value=code_span(value), enum=code_span(enum)),
        action(Do.USE_VALUE_IN_NEXT_MIGRATION, value=code_span(value)),
    )


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
