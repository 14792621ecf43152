"""A value of an enum is removed.

## What it does
Finds values that are removed from an enum in use.

## Why it is risky
If a single row still has the value, the migration fails.
On PostgreSQL, Prisma creates a new type and rewrites every table that uses the enum,
under an ACCESS EXCLUSIVE lock that blocks reads too.
If the database does not know the enum (SQLite, MongoDB), no SQL runs:
the rows keep the value, and Prisma Client fails when it reads one of them.

## Example
```prisma before
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  MODERATOR
  ADMIN
}
```
```prisma after
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  ADMIN
}
```

## Safer way
1. Stop writing the value.
2. Update the rows that have it.
3. When no app instance writes the value, remove it.
Or keep the value: an unused value is harmless.
```prisma after
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  /// No longer written.
  MODERATOR
  ADMIN
}
```

## When to ignore it
When no row has the value, no app instance writes it, and the tables are small.

## Providers
All except SQL Server, which has no enums in Prisma.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.behaviour import EnumHome
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.code import in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.recipes import offered
from refract.rules.kit.row_state import rows_at_the_end
from refract.rules.kit.rule import rule
from refract.source import Target
from refract.wording import joined, listed


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that loses values."""
    for enum in enum_changes(context):
        if enum.removed:
            code = in_code(context, (Target(enum.name, value) for value in enum.removed))
            yield Risk(
                key=f"{enum.name}.{','.join(enum.removed)}",
                what=f"Removing {listed(enum.removed)} from {code_span(enum.name)} {_what_happens(context, enum)}",
                harm=(*_harm(context, enum), *code.harm),
                now=_actions(context, enum),
                change=enum.change,
                origin=enum.origin,
                related=code.places,
                severity=Severity.WARNING if _is_settled(context, enum) else None,
            )


def _is_settled(context: RuleContext, enum: EnumChange) -> bool:
    """Whether the migration itself leaves no row with one of the values."""
    rows = rows_at_the_end(context)
    return bool(enum.users and context.migration) and all(
        rows.has_removed(table, column, value) for table, column in enum.users for value in enum.removed
    )


def _what_happens(context: RuleContext, enum: EnumChange) -> str:
    if _is_settled(context, enum):
        return "breaks code that writes the value"
    in_client = context.behaviour.enum_home is EnumHome.CLIENT
    return "breaks reads of rows with the value" if in_client else "fails if rows have the value"


def _harm(context: RuleContext, enum: EnumChange) -> Iterator[AnyHarm]:
    if context.behaviour.enum_home is EnumHome.CLIENT:
        yield harm(Effect.ROWS_KEEP_REMOVED_VALUE)
    elif _is_settled(context, enum):
        yield harm(Effect.REMOVED_VALUE_WRITES_FAIL)
    elif enum.columns:
        yield harm(Effect.ROWS_CAN_HAVE_VALUE, columns=joined(enum.columns))
    yield from blocking(context.behaviour.remove_enum_value, *(table_label(context, table) for table in enum.tables))


def _actions(context: RuleContext, enum: EnumChange) -> Iterator[AnyAction]:
    yield action(Do.STOP_WRITING_VALUES, values=listed(enum.removed))
    if _is_settled(context, enum):
        return
    yield action(Do.UPDATE_ROWS_WITH_VALUES)
    yield action(Do.REMOVE_VALUES_LATER)
    remaining = enum.written.values if enum.written else ()
    if len(enum.removed) == 1 and not enum.added and remaining:
        subject, replacement = f"{enum.name}.{enum.removed[0]}", remaining[0].value_name or remaining[0].name
        yield from offered(context, "remove-enum-value", subject, replacement=replacement)
