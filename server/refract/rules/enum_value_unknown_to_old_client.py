"""A value is added to an enum, and programs that run with the older schema cannot read it.

## What it does
Finds values that are new in an enum in use.

## Why it is risky
Adding a value is safe in the database: it locks no table and changes no row.
But Prisma Client knows only the values of the schema it was built from. As soon as one row holds the new value,
a program built from the older schema fails on every read of that row (P2023); an update may even be written
and then fail, so that a retry writes it twice.

## Example
```prisma before
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
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
  OWNER
}
```

## Safer way
Deploy the new schema everywhere first, and begin to write the value in a later release.
The schema cannot show that, so this finding is only there to be read. An enum of its own for a new model has no such past:
```prisma after
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  ADMIN
}

model Member {
  id   Int        @id @default(autoincrement())
  role MemberRole
}

enum MemberRole {
  USER
  OWNER
}
```

## When to ignore it
When all programs stop during the deployment, or nothing writes the value until all know it.

## Providers
All that have enums in Prisma's schema (SQL Server has none).
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.wording import listed


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that gains values."""
    growing: dict[str, list[EnumChange]] = {}
    for enum in enum_changes(context):
        if enum.added:
            growing.setdefault(enum.name, []).append(enum)
    for name, changes in growing.items():  # SQL adds each value with a statement of its own
        added = [value for enum in changes for value in enum.added]
        yield Risk(
            key=f"{name}.{','.join(added)}",
            what=_message(name, added),
            change=changes[0].change,
            origin=changes[0].origin_of(added[0]),
        )


def _message(name: str, added: list[str]) -> str:
    them = "it" if len(added) == 1 else "one of them"
    return (
        f"Adding {listed(added)} to `{name}` is safe in the database, but programs that run with the "
        f"older schema fail when they read a row that holds {them}. Deploy code that knows {'it' if len(added) == 1 else 'them'} before "
        f"anything writes {them}."
    )
