"""A new enum value stands between others, but the database puts it last.

## What it does
Finds values added before others, in enums that are types of their own in the database.

## Why it is risky
Prisma writes `ADD VALUE` without a place, so that the database puts the value after all others.
Sorting and comparing by the field follows the database: it differs from what the schema shows.

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
Add the value at the end, or edit the migration: `ADD VALUE 'MEDIUM' BEFORE 'HIGH'`.
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
When nothing sorts by the field.

## Providers
PostgreSQL, CockroachDB. Off unless the project asks for it: most enums are never sorted by.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import EnumHome
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.changes import AlterEnum
from refract.text import Origin
from refract.wording import listed


@rule(Severity.INFO, SQL, SCHEMA_ONLY, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that gains values before others that stay."""
    if context.behaviour.enum_home is not EnumHome.TYPE:
        return
    for change in context.changes(AlterEnum):
        misplaced = _misplaced(change)
        if misplaced and not change.removed:  # where values go, Prisma makes the type anew, in the schema's order
            yield Risk(
                key=f"{change.after.name.name}.{','.join(misplaced)}",
                what=f"{listed(misplaced)} {'stands' if len(misplaced) == 1 else 'stand'} before other values of `{change.after.enum_name}`, but Prisma adds what is new "
                "after all of them: sorting follows the database. Put it last, or write "
                "`ADD VALUE ... BEFORE ...` into the migration.",
                change=change,
                origin=_origin(change, misplaced[0]),
            )


def _misplaced(change: AlterEnum) -> tuple[str, ...]:
    names = [v.name for v in change.after.values]
    added = set(change.added)
    last_kept = max((at for at, name in enumerate(names) if name not in added), default=-1)
    return tuple(name for name in names[:last_kept] if name in added) if last_kept > 0 else ()


def _origin(change: AlterEnum, value: str) -> Origin | None:
    return next((v.origin for v in change.after.values if v.name == value), None)
