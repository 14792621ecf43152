"""A foreign key is dropped while its field stays, so rows can reference missing parents.

## What it does
Finds foreign keys that are dropped without their column.

## Why it is risky
Rows can then reference parents that do not exist, deletes no longer cascade, and no error reports this.
On PostgreSQL, dropping the key also blocks reads and writes on both tables briefly.

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
Keep the relation until no code uses its field, then drop both together.
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
When your code keeps the values valid, or you will drop both tables soon.

## Providers
All databases with foreign keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import KeyChange, is_replaced_by_wider, key_changes
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.labels import created_here, table_label
from refract.rules.kit.rule import SQL, rule
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that is dropped without its columns."""
    if context.after.relation_mode == "prisma":
        return
    for change in key_changes(context):
        renamed = context.is_renamed(change.table, change.before.columns)
        if change.added is None and not renamed and not is_replaced_by_wider(context, change):
            yield Risk(
                key=f"{change.table}.{change.before.name}",
                what=f"Dropping this foreign key allows orphaned rows in {table_label(context, change.table)}",
                harm=_harm(context, change),
                now=(action(Do.KEEP_RELATION), *cures(context.behaviour.drop_foreign_key)),
                change=change.dropped,
                related=created_here(f"Foreign key {code_span(change.before.name)}", change.before.origin),
            )


def _harm(context: RuleContext, change: KeyChange) -> tuple[AnyHarm, ...]:
    key, child = change.before, table_label(context, change.table)
    parent = table_label(context, key.referenced_table)
    both = context.behaviour.locks_referenced_table and change.table != key.referenced_table
    return (
        harm(Effect.ORPHANS_POSSIBLE, columns=listed(key.columns), parent=parent),
        *blocking(context.behaviour.drop_foreign_key, *((child, parent) if both else (child,))),
    )
