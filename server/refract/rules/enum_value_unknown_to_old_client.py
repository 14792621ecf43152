"""A new enum value is unknown to app instances built from the old schema.

## What it does
Finds new values of enums in use.

## Why it is risky
Adding a value is safe in the database: it locks no table and changes no row.
But Prisma Client knows only the values of the schema that it was built from. As soon as a row holds the new value,
app instances built from the old schema fail on every read of that row (P2023).
An update may even be written and then fail, so a retry writes it twice.

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
Deploy the new schema to every app instance, and write the value only in a later release.
The schema cannot show whether you do so, so this finding is for information only.
A separate enum for a new model has no old readers:
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
When all app instances stop during the deployment, or no code writes the value until every instance knows it.

## Providers
All databases for which Prisma supports enums (not SQL Server).
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, FollowRecipe, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.enums import EnumChange, enum_changes
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import rule
from refract.schema.changes import AlterEnum
from refract.wording import listed

_MOST_NAMED = 3


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum with new values."""
    growing: dict[str, list[EnumChange]] = {}
    for enum in enum_changes(context):
        if enum.added:
            growing.setdefault(enum.name, []).append(enum)
    for name, changes in growing.items():  # SQL adds each value in a separate statement
        added = [value for enum in changes for value in enum.added]
        yield Risk(
            key=f"{name}.{','.join(added)}",
            what=f"Old app instances cannot read {_values(added)} of {code_span(name)}",
            harm=(harm(Effect.OLD_READS_OF_VALUES_FAIL),),
            now=_actions(context, changes, added),
            change=changes[0].change,
            origin=changes[0].origin_of(added[0]),
        )


def _values(added: list[str]) -> str:
    return listed(added) if len(added) <= _MOST_NAMED else f"{len(added)} new values"


def _actions(context: RuleContext, changes: list[EnumChange], added: list[str]) -> Iterator[AnyAction]:
    yield action(Do.DEPLOY_SCHEMA_EVERYWHERE)
    yield action(Do.WRITE_VALUES_LATER, values=listed(added))
    change = changes[0].change
    if isinstance(change, AlterEnum) and len(change.added) == 1:
        yield from _recipe(context, change)


def _recipe(context: RuleContext, change: AlterEnum) -> tuple[FollowRecipe, ...]:
    """The plan that adds one value, unless other values are removed with the same change."""
    if change.removed:
        return ()
    names, value = [v.name for v in change.after.values], change.added[0]
    at = names.index(value)
    after = names[at - 1] if 0 < at < len(names) - 1 else ""
    enum = change.after.enum_name or change.after.name.name
    return offered(context, "add-enum-value", enum, value=value, after=after)
