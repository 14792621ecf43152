"""A value of an enum is removed.

## What it does
Finds values that go from an enum in use.

## Why it is risky
If a single row still holds the value, the migration fails.
On PostgreSQL Prisma makes a new type and writes it into every row of every table that uses the enum,
under an ACCESS EXCLUSIVE lock that keeps even readers out.
Where the database does not know the enum (SQLite, MongoDB), nothing fails and nothing is written:
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
Stop writing the value, change the rows that hold it, and wait until no running program writes it.
Only then remove it; or leave it where it is, which costs nothing.
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
When no row holds the value, nothing that runs writes it, and the tables are small.

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
from refract.rules.kit.words import sentences, table_label, who_waits
from refract.source import Target
from refract.wording import listed


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that loses values."""
    for enum in enum_changes(context):
        if enum.removed:
            code = in_code(context, (Target(enum.name, value) for value in enum.removed))
            yield Risk(
                key=f"{enum.name}.{','.join(enum.removed)}",
                what=sentences(_message(context, enum)),
                change=enum.change,
                origin=enum.origin,
                related=code.places,
            )


def _message(context: RuleContext, enum: EnumChange) -> str:
    values = listed(enum.removed)
    many = "values" if len(enum.removed) > 1 else "value"
    if context.behaviour.enum_home is EnumHome.CLIENT:
        outcome = (
            f"{many.capitalize()} {values} of `{enum.name}` goes, but no SQL runs: rows that hold it keep it, "
            "and Prisma Client fails when it reads one of them."
        )
    else:
        held = f" ({', '.join(enum.columns)})" if enum.columns else ""
        outcome = f"The migration fails if any row still holds {values} of `{enum.name}`{held}."
    return sentences(
        outcome,
        who_waits(context.behaviour.remove_enum_value, " and ".join(table_label(context, t) for t in enum.tables)),
        "Stop writing it, change the rows that hold it, and remove it when no running program writes it.",
    )
