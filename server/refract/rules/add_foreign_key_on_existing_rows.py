"""A relation is added to an existing model, and the database checks every row.

## What it does
Finds new foreign keys on tables that may have rows.

## Why it is risky
The migration fails if a row references a parent that does not exist.
PostgreSQL checks the rows under a SHARE ROW EXCLUSIVE lock on both tables, so writes to the child and to its parent wait.

## Example
```prisma before
model User {
  id Int @id @default(autoincrement())
}

model Post {
  id       Int @id @default(autoincrement())
  authorId Int
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int  @id @default(autoincrement())
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
```

## Safer way
Find and fix the rows without a parent before the migration.
On PostgreSQL, add the constraint as `NOT VALID`, and run `VALIDATE CONSTRAINT` in the next migration.
Writes continue while the rows are validated.
A relation that is created with its table needs no check of the child's rows:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  notes Note[]
}

model Post {
  id       Int @id @default(autoincrement())
  authorId Int
}

model Note {
  id       Int  @id @default(autoincrement())
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
```

## When to ignore it
If every row has its parent, and both tables are small or have no writes during the migration.

## Providers
All with foreign keys. SQLite does not check existing rows, so those without a parent stay unnoticed.
With `relationMode = "prisma"` there are no foreign keys and no findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes
from refract.rules.kit.harm import AnyHarm, Effect, Harm, blocking, harm
from refract.rules.kit.labels import blocked, model_name, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddForeignKey, DropForeignKey
from refract.schema.model import Column
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that meets rows without a parent, or blocks queries."""
    for change in context.on_existing(AddForeignKey):
        if context.is_renamed(change.table, change.foreign_key.columns) or _parent_is_renamed(context, change):
            continue
        if any(key.added is change and key.acts_otherwise for key in key_changes(context)):
            continue  # another action, or a column that becomes required: both have separate rules
        orphans, waits = _orphans(context, change), _waits(context, change)
        if orphans or waits:
            yield Risk(
                key=f"{change.table}.{change.foreign_key.name}",
                what=_what(context, change, orphans),
                harm=(*orphans, *waits),
                now=_actions(context, orphans, waits),
                change=change,
            )


def _parent_is_renamed(context: RuleContext, change: AddForeignKey) -> bool:
    """Whether a rename in place of the migration's SQL would keep the key."""
    parents = (new.name for _, new in context.table_renames())
    return not context.migration and change.foreign_key.referenced_table in parents


def _orphans(context: RuleContext, change: AddForeignKey) -> tuple[Harm, ...]:
    """What rows without a parent do; nothing if there can be none."""
    key = change.foreign_key
    if not key.validated and context.behaviour.checks_foreign_keys:
        return ()
    added = [context.added_column(change.table, c) for c in key.columns]
    if any(c is not None and _is_empty(context, c) for c in added) or _existed(context, change):
        return ()
    table, parent = table_label(context, change.table), table_label(context, key.referenced_table)
    if not context.behaviour.checks_foreign_keys:
        return (harm(Effect.ORPHANS_STAY, table=table, parent=parent),)
    if context.is_new(key.referenced_table):
        return (harm(Effect.FAILS_ON_EMPTY_PARENT, parent=parent, columns=_columns(context, change)),)
    return (harm(Effect.FAILS_ON_ORPHANS, table=table, parent=parent),)


def _is_empty(context: RuleContext, column: Column) -> bool:
    """Whether a new column is NULL in every row. If it must have a value, adding it fails before its rows are checked."""
    return column.default is None and (column.nullable or not context.behaviour.implicit_value)


def _existed(context: RuleContext, change: AddForeignKey) -> bool:
    """Whether the key is dropped and added again, for example for another `onDelete`: its rows have been checked."""
    key = change.foreign_key
    return any(
        d.foreign_key.columns == key.columns and d.foreign_key.referenced_table == key.referenced_table
        for d in context.on_existing(DropForeignKey)
        if d.table == change.table and d.foreign_key.validated
    )


def _waits(context: RuleContext, change: AddForeignKey) -> tuple[AnyHarm, ...]:
    table, parent = change.table, change.foreign_key.referenced_table
    if not (context.behaviour.checks_foreign_keys and change.foreign_key.validated) or _is_inline(context, change):
        return ()
    both = context.behaviour.locks_referenced_table and parent != table and not context.is_new(parent)
    locked = (table, parent) if both else (table,)
    return blocking(context.behaviour.add_foreign_key, *(table_label(context, t) for t in locked))


def _is_inline(context: RuleContext, change: AddForeignKey) -> bool:
    """Whether the key is written with its new, empty column: PostgreSQL then reads no row."""
    statement = context.statement_of(change)
    if statement is None or not context.behaviour.skips_check_of_new_columns:
        return False
    added = [context.added_column(change.table, name) for name in change.foreign_key.columns]
    return not statement.says("FOREIGN", "KEY") and all(c is not None and c.default is None for c in added)


def _what(context: RuleContext, change: AddForeignKey, orphans: tuple[Harm, ...]) -> str:
    verb = "Recreating" if _existed(context, change) else "Adding"
    key = f"{verb} the foreign key on {_columns(context, change)}"
    if not orphans:
        return f"{key} {blocked(context.behaviour.add_foreign_key)}"
    return f"{key} {'fails on' if context.behaviour.checks_foreign_keys else 'ignores'} orphaned rows"


def _columns(context: RuleContext, change: AddForeignKey) -> str:
    name = model_name(context, change.table)
    return listed(f"{name}.{column}" for column in change.foreign_key.columns)


def _actions(context: RuleContext, orphans: tuple[Harm, ...], waits: tuple[AnyHarm, ...]) -> tuple[Action, ...]:
    fix = (action(Do.FIX_ORPHANS),) if orphans else ()
    return (*fix, *(cures(context.behaviour.add_foreign_key) if waits else ()))
