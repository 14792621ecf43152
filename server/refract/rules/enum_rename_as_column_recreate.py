"""An enum is renamed, so Prisma drops and recreates every column that uses it.

## What it does
Finds a removed enum and a new one with the same values.

## Why it is risky
Prisma compares two schemas and cannot see that an enum was renamed.
Its migration creates the new type, drops every column of the old type with all values, and adds the columns again empty.

## Example
```prisma before
model User {
  id   Int   @id @default(autoincrement())
  role Role?
}

enum Role {
  USER
  ADMIN
}
```
```prisma after
model User {
  id   Int       @id @default(autoincrement())
  role UserRole?
}

enum UserRole {
  USER
  ADMIN
}
```

## Safer way
Keep the type with `@@map` and rename only the enum. No SQL runs.
```prisma after
model User {
  id   Int       @id @default(autoincrement())
  role UserRole?
}

enum UserRole {
  USER
  ADMIN

  @@map("Role")
}
```
If the type itself must be renamed, stop the app, and write `ALTER TYPE ... RENAME TO` in the migration.

## When to ignore it
When you do not need the values in those columns.

## Providers
PostgreSQL and CockroachDB. Other databases have no enum types, so a rename changes only the Prisma schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateEnum, DropEnum, RecreateColumn
from refract.schema.model import Enum, QualifiedName
from refract.wording import joined


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each enum that is probably renamed and has columns to lose."""
    for rename, dropped in context.renames(DropEnum):
        if not isinstance(rename.added, CreateEnum):
            continue
        columns = list(_columns(context, dropped.enum.name, rename.added.enum.name))
        if columns:
            yield Risk(
                key=str(dropped.enum.name),
                what=f"Renaming enum {code_span(dropped.enum.name.name)} to {code_span(_name(rename.added.enum))} deletes all stored values",
                harm=(harm(Effect.COLUMNS_RECREATED_EMPTY, columns=joined(columns)),),
                now=_actions(context, dropped.enum, rename.added.enum),
                change=rename.added,
                rename=rename,
                related=created_here(f"Enum {code_span(dropped.enum.name.name)}", dropped.enum.origin),
            )


def _columns(context: RuleContext, old: QualifiedName, new: QualifiedName) -> Iterator[str]:
    for change in context.diff.changes:
        if isinstance(change, RecreateColumn) and (change.before.type.enum, change.after.type.enum) == (old, new):
            yield column_label(context, change.table, change.after)


def _name(enum: Enum) -> str:
    return enum.enum_name or enum.name.name


def _actions(context: RuleContext, old: Enum, new: Enum) -> Iterator[AnyAction]:
    yield action(Do.ADD_ATTRIBUTE, attribute=f"@@map({prisma_string(old.name.name)})", field=code_span(_name(new)))
    if not (_is_mapped(old) or _is_mapped(new)):
        yield from offered(context, "rename-enum", old.name.name, to=_name(new), how="shadow")
    yield instead(Do.RENAME_TYPE_WHILE_STOPPED)


def _is_mapped(enum: Enum) -> bool:
    return _name(enum) != enum.name.name
