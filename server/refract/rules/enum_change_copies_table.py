"""The values of an enum change so that MySQL copies every table with this enum.

## What it does
Finds enum values that are inserted before others or change their order, and enums that grow beyond 255 values.

## Why it is risky
MySQL stores a value as its number in the list. Appending a value is instant. A change that gives another value a new number,
or makes the numbers longer, copies the whole table while writes wait.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  role Role
}

enum Role {
  LOW
  HIGH
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role Role
}

enum Role {
  LOW
  MEDIUM
  HIGH
}
```

## Safer way
Append new values at the end, and keep the others in their order.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role Role
}

enum Role {
  LOW
  HIGH
  MEDIUM
}
```

## When to ignore it
When the tables are small.

## Providers
MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.labels import table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AlterColumn

_MOST_IN_ONE_BYTE = 255


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum whose values get new numbers. Another rule reports removed values."""
    for enum in enum_changes(context):
        change = enum.change
        if enum.removed or enum.pairs or not isinstance(change, AlterColumn):
            continue
        if _is_renumbered(change) or _outgrows_one_byte(change):
            yield Risk(
                key=enum.name,
                what=_headline(enum, change),
                harm=blocking(context.behaviour.remove_enum_value, *(table_label(context, t) for t in enum.tables)),
                now=(_action(enum, change),),
                change=change,
                origin=enum.origin_of(enum.added[0]) if enum.added else enum.origin,
            )


def _is_renumbered(change: AlterColumn) -> bool:
    old, new = change.before.type.args, change.after.type.args
    return new[: len(old)] != old


def _outgrows_one_byte(change: AlterColumn) -> bool:
    return len(change.before.type.args) <= _MOST_IN_ONE_BYTE < len(change.after.type.args)


def _headline(enum: EnumChange, change: AlterColumn) -> str:
    if not _is_renumbered(change):
        return f"More than {_MOST_IN_ONE_BYTE} values in {code_span(enum.name)} make MySQL copy whole tables"
    if enum.added:
        return f"Inserting values before others in {code_span(enum.name)} copies whole tables"
    return f"Reordering the values of {code_span(enum.name)} copies whole tables"


def _action(enum: EnumChange, change: AlterColumn) -> Action:
    if not _is_renumbered(change):
        return action(Do.RUN_IN_QUIET_HOURS)
    return action(Do.APPEND_VALUES if enum.added else Do.KEEP_VALUE_ORDER)
