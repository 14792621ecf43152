"""A value of an enum is renamed, and Prisma removes it and adds another.

## What it does
Finds a value that goes from an enum where another one comes in its place.

## Why it is risky
Prisma does not rename the value. Its migration fails if a single row holds the old name.
Where the database does not know the enum (SQLite, MongoDB), nothing fails and nothing is written:
the rows keep the old name, and Prisma Client fails when it reads one of them.
Programs that run with the older schema fail when they read the new name, or write the old one.

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
  OWNER
}
```

## Safer way
Keep the value in the database and change only Prisma's name for it: no SQL runs at all.
```prisma after
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  OWNER @map("ADMIN")
}
```
Or add the new value, write it, change the rows that hold the old one, and remove the old one last.

## When to ignore it
When the two values have nothing to do with each other, and no row holds the old one.

## Providers
All that have enums in Prisma's schema (SQL Server has none).
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import EnumHome
from refract.rules.kit.code import in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import sentences
from refract.source import Target


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each value that comes where another one goes."""
    for enum in enum_changes(context):
        for old, new in enum.pairs:
            code = in_code(context, (Target(enum.name, old),))
            yield Risk(
                key=f"{enum.name}.{old}",
                what=sentences(_message(context, enum, old, new)),
                change=enum.change,
                origin=enum.origin_of(new),
                related=code.places,
            )


def _message(context: RuleContext, enum: EnumChange, old: str, new: str) -> str:
    if context.behaviour.enum_home is EnumHome.CLIENT:
        outcome = f"No SQL runs: rows keep `{old}`, and Prisma Client fails when it reads one of them."
    else:
        held = f" ({', '.join(enum.columns)})" if enum.columns else ""
        outcome = f"Prisma removes one value and adds another, and fails if any row holds `{old}`{held}."
    return sentences(
        f"`{new}` in `{enum.name}` looks like `{old}` under a new name.",
        outcome,
        f"""To rename it for Prisma only, write `{new} @map("{old}")`: no SQL runs, and rows stay as they are.""",
    )
