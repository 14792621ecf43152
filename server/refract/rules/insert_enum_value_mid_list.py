"""A new enum value is listed between others, but the database sorts it last.

## What it does
Finds values added before existing ones, on databases where an enum is a type.

## Why it is risky
Prisma writes `ADD VALUE` without a position, so the database adds the value after all others.
Queries that sort or compare by the field use the order in the database, which differs from the schema.

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
Append the value at the end, or write `ADD VALUE 'MEDIUM' BEFORE 'HIGH'` in the migration.
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
When no query sorts or compares by the field.

## Providers
PostgreSQL and CockroachDB. Off by default, because most enums are never sorted by.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.behaviour import EnumHome
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.changes import AlterEnum
from refract.text import Origin
from refract.wording import listed

_MOST_NAMED = 2


@rule(Severity.INFO, SQL, SCHEMA_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that gets new values before existing ones."""
    if context.behaviour.enum_home is not EnumHome.TYPE:
        return
    for change in context.changes(AlterEnum):
        misplaced = _misplaced(change)
        if misplaced and not change.removed:  # if values are removed, Prisma recreates the type in the schema's order
            yield Risk(
                key=f"{change.after.name.name}.{','.join(misplaced)}",
                what=_what(change, misplaced),
                harm=(harm(Effect.VALUES_ADDED_AT_END),),
                now=(action(Do.APPEND_VALUES), instead(Do.ADD_VALUE_BEFORE)),
                change=change,
                origin=_origin(change, misplaced[0]),
            )


def _what(change: AlterEnum, misplaced: tuple[str, ...]) -> str:
    values = listed(misplaced) if len(misplaced) <= _MOST_NAMED else f"{len(misplaced)} new values"
    return f"{values} will sort after all other values of {code_span(change.after.enum_name)}"


def _misplaced(change: AlterEnum) -> tuple[str, ...]:
    names = [v.name for v in change.after.values]
    added = set(change.added)
    last_kept = max((at for at, name in enumerate(names) if name not in added), default=-1)
    return tuple(name for name in names[:last_kept] if name in added) if last_kept > 0 else ()


def _origin(change: AlterEnum, value: str) -> Origin | None:
    return next((v.origin for v in change.after.values if v.name == value), None)
