"""A value of an enum is renamed, and Prisma removes it and adds a new one.

## What it does
Finds a value that is removed from an enum while a similar one is added.

## Why it is risky
Prisma does not rename the value. Its migration fails if a single row has the old value.
If the database does not know the enum (SQLite, MongoDB), no SQL runs:
the rows keep the old value, and Prisma Client fails when it reads one of them.
App instances built from the old schema fail when they read the new value or write the old one.

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
  ADMINISTRATOR
}
```

## Safer way
Keep the value in the database and change only Prisma's name for it: no SQL runs.
```prisma after
model User {
  id   Int  @id @default(autoincrement())
  role Role
}

enum Role {
  USER
  ADMINISTRATOR @map("ADMIN")
}
```
Or add the new value, write it, update the rows with the old one, and remove the old one last.

## When to ignore it
When the two values are unrelated, and no row has the old one.

## Providers
All except SQL Server, which has no enums in Prisma.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.providers.behaviour import EnumHome
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.code import in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import rule
from refract.source import Target
from refract.wording import joined


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each value that is probably renamed."""
    for enum in enum_changes(context):
        for old, new in enum.pairs:
            code = in_code(context, (Target(enum.name, old),))
            yield Risk(
                key=f"{enum.name}.{old}",
                what=f"Renaming {code_span(f'{enum.name}.{old}')} to {code_span(new)} {_what_happens(context)}",
                harm=(*_harm(context, enum, old), *code.harm),
                now=_actions(context, enum, old, new),
                change=enum.change,
                origin=enum.origin_of(new),
                related=code.places,
            )


def _what_happens(context: RuleContext) -> str:
    in_client = context.behaviour.enum_home is EnumHome.CLIENT
    return "breaks reads of existing rows" if in_client else "fails if rows have the old value"


def _harm(context: RuleContext, enum: EnumChange, old: str) -> Iterator[Harm]:
    if context.behaviour.enum_home is EnumHome.CLIENT:
        yield harm(Effect.ROWS_KEEP_OLD_VALUE, old=code_span(old))
        return
    yield harm(Effect.VALUE_REMOVED_AND_ADDED)
    if enum.columns:
        yield harm(Effect.ROWS_CAN_HAVE_VALUE, columns=joined(enum.columns))


def _actions(context: RuleContext, enum: EnumChange, old: str, new: str) -> Iterator[AnyAction]:
    yield action(Do.KEEP_VALUE_WITH_MAP, value=code_span(f"{new} @map({prisma_string(old)})"))
    if len(enum.pairs) == 1 and not enum.added and not enum.removed:
        how = "shadow" if context.provider.enum_types else "value"
        yield from offered(context, "rename-enum-value", f"{enum.name}.{old}", to=new, how=how)
