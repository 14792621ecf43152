"""A relation is added to a model that exists, and the database checks every row of it.

## What it does
Finds new foreign keys on tables that may have rows.

## Why it is risky
If one row points to a parent that does not exist, the migration fails.
While the rows are checked, others wait: PostgreSQL takes a SHARE ROW EXCLUSIVE lock on both tables,
so that nothing can be written to the child or to its parent.

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
Settle rows without a parent first. On PostgreSQL, let the migration add the constraint `NOT VALID`,
and run `VALIDATE CONSTRAINT` in the next one: that checks the rows while writes go on.
A relation that comes with its table costs nothing on the child:
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
When every row has its parent, and both tables are small or not written to meanwhile.

## Providers
All with foreign keys. SQLite does not look at the rows: those without a parent stay, unnoticed.
With `relationMode = "prisma"` there are no foreign keys, and no findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import cure, sentences, table_label, who_waits
from refract.schema.changes import AddForeignKey, DropForeignKey
from refract.schema.model import Column
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that meets rows without a parent, or keeps others waiting."""
    for change in context.on_existing(AddForeignKey):
        if context.is_renamed(change.table, change.foreign_key.columns) or _parent_is_renamed(context, change):
            continue
        if any(key.added is change and key.acts_otherwise for key in key_changes(context)):
            continue  # another action, or a column that becomes required: rules of their own say what else that does
        orphans = _orphans(context, change)
        waits = context.behaviour.checks_foreign_keys and _waits(context, change)
        if orphans or waits:
            yield Risk(
                key=f"{change.table}.{change.foreign_key.name}",
                what=_message(context, change, orphans, waits),
                change=change,
            )


def _parent_is_renamed(context: RuleContext, change: AddForeignKey) -> bool:
    return any(new.name == change.foreign_key.referenced_table for _, new in context.table_renames())


def _orphans(context: RuleContext, change: AddForeignKey) -> str:
    """What is to be said about rows without a parent; nothing where there can be none."""
    key = change.foreign_key
    added = [context.added_column(change.table, c) for c in key.columns]
    if any(c is not None and _is_empty(context, c) for c in added) or _was_there(context, change):
        return ""
    if not context.behaviour.checks_foreign_keys:
        return "rows that point to no parent stay, and nothing says so."
    if context.is_new(key.referenced_table):
        return "the parent's table is new and empty, so the migration fails if any row points anywhere."
    return "the migration fails if any row points to no parent."


def _is_empty(context: RuleContext, column: Column) -> bool:
    """Whether a new column is NULL in every row; where it must not be, adding it fails before its rows are checked."""
    return column.default is None and (column.nullable or not context.behaviour.implicit_value)


def _was_there(context: RuleContext, change: AddForeignKey) -> bool:
    """A foreign key dropped and added again, say for another `onDelete`: its rows have been checked."""
    key = change.foreign_key
    return any(
        d.foreign_key.columns == key.columns and d.foreign_key.referenced_table == key.referenced_table
        for d in context.on_existing(DropForeignKey)
        if d.table == change.table and d.foreign_key.validated
    )


def _waits(context: RuleContext, change: AddForeignKey) -> bool:
    return context.behaviour.add_foreign_key.blocks is not Blocks.NOTHING and change.foreign_key.validated


def _message(context: RuleContext, change: AddForeignKey, orphans: str, waits: bool) -> str:
    table, parent = change.table, change.foreign_key.referenced_table
    operation = context.behaviour.add_foreign_key
    both = context.behaviour.locks_referenced_table and parent != table and not context.is_new(parent)
    locked = " and on ".join(table_label(context, t) for t in ((table, parent) if both else (table,)))
    again = "is dropped and made again" if _was_there(context, change) else "is added to rows that exist"
    return sentences(
        f"The foreign key from {listed(change.foreign_key.columns)} of {table_label(context, table)} to "
        f"{table_label(context, parent)} {again}{': ' if orphans else '.'}{orphans}",
        who_waits(operation, locked) if waits else "",
        "Find and settle rows without a parent first." if orphans else "",
        cure(operation) if waits else "",
    )
