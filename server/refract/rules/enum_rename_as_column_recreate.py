"""An enum is renamed, and Prisma drops and adds every column that uses it.

## What it does
Finds an enum that goes while one with the same values comes.

## Why it is risky
Prisma compares two schemas and cannot see that an enum was renamed.
Its migration makes the new type, then drops every column of the old type, with all its values, and adds it again, empty.

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
Keep the type and change only Prisma's name for it: no SQL runs at all.
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
If the type itself must be renamed, edit the migration so that it says `ALTER TYPE ... RENAME TO`.

## When to ignore it
When the values in those columns may go.

## Providers
PostgreSQL and CockroachDB: elsewhere an enum is no type of its own, and its name is Prisma's alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label, created_here
from refract.schema.changes import CreateEnum, DropEnum, RecreateColumn
from refract.schema.model import QualifiedName


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
                what=_message(dropped, rename.added, columns),
                change=rename.added,
                rename=rename,
                related=created_here(f"Enum `{dropped.enum.name.name}`", dropped.enum.origin),
            )


def _columns(context: RuleContext, old: QualifiedName, new: QualifiedName) -> Iterator[str]:
    for change in context.diff.changes:
        if isinstance(change, RecreateColumn) and (change.before.type.enum, change.after.type.enum) == (old, new):
            yield column_label(context, change.table, change.after)


def _message(dropped: DropEnum, added: CreateEnum, columns: list[str]) -> str:
    old, new = dropped.enum.name.name, added.enum.enum_name or added.enum.name.name
    return (
        f"`{new}` looks like `{old}` under a new name. Prisma does not rename the type: it drops "
        f"{', '.join(columns)} with all values and adds {'it' if len(columns) == 1 else 'them'} again empty. "
        f"""To keep the values, keep the type: add `@@map("{old}")` to `{new}`. """
        "Or make the migration say `ALTER TYPE ... RENAME TO`."
    )
