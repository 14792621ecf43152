"""A new model refers to one in use, and writes to that one wait for a moment.

## What it does
Finds new tables with foreign keys to tables that exist.

## Why it is risky
Adding a foreign key locks both tables, however empty the new one is: PostgreSQL takes a SHARE ROW EXCLUSIVE lock on the
parent. It is short, but it waits for transactions that have written to the parent, and later writes wait behind it.

## Example
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
```

## Safer way
Begin the migration with `SET lock_timeout = '500ms';` and run it again if it gives up.
A model without relations locks nothing:
```prisma after
model User {
  id Int @id
}

model Post {
  id       Int @id
  authorId Int
}
```

## When to ignore it
When no long transactions write to the parent.

## Providers
PostgreSQL. Off unless the project asks for it: most new models refer to others, and the lock is short.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import sentences, table_label
from refract.schema.changes import CreateTable


@rule(Severity.INFO, SQL, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new table that refers to ones in use."""
    if not context.behaviour.locks_referenced_table or gives_up_waiting(context):
        return
    for change in context.changes(CreateTable):
        table = context.after.tables.get(change.table.name, change.table)
        parents = dict.fromkeys(k.referenced_table for k in table.foreign_keys)
        known = [p for p in parents if p in context.before.tables and not context.is_new(p)]
        if known:
            locked = " and ".join(table_label(context, p) for p in known)
            operation = context.behaviour.add_foreign_key
            yield Risk(
                key=str(table.name),
                what=sentences(
                    f"The foreign keys of the new {table_label(context, table.name)} take a {operation.lock} lock on {locked}: "
                    "a moment, in which writes wait, once the transactions that already write there are done.",
                    "Set a lock timeout if it is busy.",
                ),
                change=change,
            )
