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
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, created_here
from refract.rules.kit.recipes import offered
from refract.rules.kit.row_state import rows_before
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
        changes = list(_columns(context, dropped.enum.name, rename.added.enum.name))
        columns = [column_label(context, c.table, c.after) for c in changes]
        copied = all(rows_before(context, c).has_copied(c.table, c.before.name) for c in changes)
        if columns:
            yield Risk(
                key=str(dropped.enum.name),
                what=f"Renaming enum {code_span(dropped.enum.name.name)} to {code_span(_name(rename.added.enum))} deletes {'values not copied above' if copied else 'all stored values'}",
                harm=(_loss(columns, copied=copied),),
                now=(
                    (action(Do.COUNT_COPIED_VALUES),) if copied else _actions(context, dropped.enum, rename.added.enum)
                ),
                severity=Severity.WARNING if copied else None,
                change=rename.added,
                rename=rename,
                related=created_here(f"Enum {code_span(dropped.enum.name.name)}", dropped.enum.origin),
            )


def _columns(context: RuleContext, old: QualifiedName, new: QualifiedName) -> Iterator[RecreateColumn]:
    for change in context.diff.changes:
        if isinstance(change, RecreateColumn) and (change.before.type.enum, change.after.type.enum) == (old, new):
            yield change


def _loss(columns: list[str], *, copied: bool) -> Harm:
    if copied:
        return harm(Effect.VALUES_LOST_UNLESS_COPIED)
    return harm(Effect.COLUMNS_RECREATED_EMPTY, columns=joined(columns))


def _name(enum: Enum) -> str:
    return enum.enum_name or enum.name.name


def _actions(context: RuleContext, old: Enum, new: Enum) -> Iterator[AnyAction]:
    yield action(Do.ADD_ATTRIBUTE, attribute=f"@@map({prisma_string(old.name.name)})", field=code_span(_name(new)))
    if not (_is_mapped(old) or _is_mapped(new)):
        yield from offered(context, "rename-enum", old.name.name, to=_name(new), how="shadow")
    yield instead(Do.RENAME_TYPE_WHILE_STOPPED)


def _is_mapped(enum: Enum) -> bool:
    return _name(enum) != enum.name.name
