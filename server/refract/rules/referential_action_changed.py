"""What happens to rows when their parent goes changes, and the foreign key is made anew for it.

## What it does
Finds foreign keys whose `onDelete` or `onUpdate` changes, also where only Prisma's default for it does.

## Why it is risky
From then on a delete does something else: with `Cascade` it takes rows along that it used to leave alone.
Prisma drops the foreign key and adds it again, and the database checks every row once more:
PostgreSQL locks both tables for it, so that not even reads go on.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```

## Safer way
Keep the action, or review each place that deletes a parent first. On PostgreSQL, let the migration add the new
constraint `NOT VALID` under another name, validate it in the next migration, and drop the old one last.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```

## When to ignore it
When both tables are small and every place that deletes parents expects the new action.

## Providers
All with foreign keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import KeyChange, key_changes, restricts_since_required
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, cure, sentences, table_label, who_waits
from refract.schema.model import ForeignKey, ReferentialAction
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that stays and acts otherwise."""
    for change in key_changes(context):
        after = change.after
        if after is not None and change.acts_otherwise and not restricts_since_required(context, change):
            yield Risk(
                key=f"{change.table}.{after.name}",
                what=_message(context, change, after),
                change=change.added,
                related=created_here("The foreign key", change.before.origin),
            )


def _message(context: RuleContext, change: KeyChange, after: ForeignKey) -> str:
    before, child, parent = (
        change.before,
        table_label(context, change.table),
        table_label(context, after.referenced_table),
    )
    named = f"The foreign key from {listed(after.columns)} of {child} to {parent} changes"
    moved = [
        f"ON {event} from {old} to {new}"
        for event, old, new in (
            ("DELETE", before.on_delete, after.on_delete),
            ("UPDATE", before.on_update, after.on_update),
        )
        if old is not new
    ]
    operation = context.behaviour.replace_foreign_key
    both = context.behaviour.locks_referenced_table and change.table != after.referenced_table
    return sentences(
        f"{named} {' and '.join(moved)}.",
        _effect(before, after, child, parent),
        who_waits(operation, f"{child} and on {parent}" if both else child) if after.validated else "",
        cure(operation) if after.validated else "",
    )


def _effect(before: ForeignKey, after: ForeignKey, child: str, parent: str) -> str:
    if before.on_delete is after.on_delete:
        return ""
    return {
        ReferentialAction.CASCADE: f"Deleting a row of {parent} then deletes its rows of {child} too.",
        ReferentialAction.SET_NULL: f"Deleting a row of {parent} then empties {listed(after.columns)} in its rows of {child}.",
        ReferentialAction.SET_DEFAULT: f"Deleting a row of {parent} then resets {listed(after.columns)} in its rows of {child}.",
    }.get(after.on_delete, f"Deleting a row of {parent} is then refused while {child} refers to it.")
