"""A relation goes while its field stays, and nothing keeps the values right any more.

## What it does
Finds foreign keys that are dropped without their column.

## Why it is risky
From then on rows may point to parents that do not exist, deletes no longer cascade, and nobody notices.
Dropping the key locks both tables on PostgreSQL, for a moment, against reads as well.

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
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
}
```

## Safer way
Keep the relation, or drop the field with it once no code uses it.
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
When other code keeps the values right, or both sides are about to go.

## Providers
All with foreign keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import KeyChange, key_changes
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, cure, sentences, table_label, who_waits
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that goes and leaves its columns behind."""
    if context.after.relation_mode == "prisma":
        return
    for change in key_changes(context):
        renamed = context.is_renamed(change.table, change.before.columns)
        if change.added is None and not renamed:
            yield Risk(
                key=f"{change.table}.{change.before.name}",
                what=_message(context, change),
                change=change.dropped,
                related=created_here("The foreign key", change.before.origin),
            )


def _message(context: RuleContext, change: KeyChange) -> str:
    key, child = change.before, table_label(context, change.table)
    parent = table_label(context, key.referenced_table)
    operation = context.behaviour.drop_foreign_key
    both = context.behaviour.locks_referenced_table and change.table != key.referenced_table
    return sentences(
        f"The foreign key from {listed(key.columns)} of {child} to {parent} goes: "
        "rows may then point to a parent that does not exist, and nothing says so.",
        who_waits(operation, f"{child} and on {parent}" if both else child),
        cure(operation),
    )
