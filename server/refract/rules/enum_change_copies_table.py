"""The values of an enum change in a way that makes MySQL copy each table that uses it.

## What it does
Finds values that are inserted before others or change their order, and enums that outgrow 255 values.

## Why it is risky
MySQL stores a value as its number in the list. Appending one is done at once; anything that changes the number of
another value, or the bytes that a number takes, copies the whole table while writes wait.

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
Append new values at the end, and leave the others in their order.
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

from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import sentences, table_label, who_waits
from refract.schema.changes import AlterColumn

_MOST_IN_ONE_BYTE = 255


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum whose values get other numbers. Values that go have a rule of their own."""
    for enum in enum_changes(context):
        reason = _reason(enum.change) if isinstance(enum.change, AlterColumn) else ""
        if reason and not (enum.removed or enum.pairs):
            yield Risk(
                key=enum.name,
                what=_message(context, enum, reason),
                change=enum.change,
                origin=enum.origin_of(enum.added[0]) if enum.added else enum.origin,
            )


def _reason(change: AlterColumn) -> str:
    old, new = change.before.type.args, change.after.type.args
    if new[: len(old)] != old:
        return "gets new values before others, or another order"
    if len(old) <= _MOST_IN_ONE_BYTE < len(new):
        return f"outgrows {_MOST_IN_ONE_BYTE} values and takes two bytes from then on"
    return ""


def _message(context: RuleContext, enum: EnumChange, reason: str) -> str:
    return sentences(
        f"`{enum.name}` {reason}.",
        who_waits(context.behaviour.remove_enum_value, " and ".join(table_label(context, t) for t in enum.tables)),
        "Append new values at the end." if enum.added else "Leave the values in their order.",
    )
