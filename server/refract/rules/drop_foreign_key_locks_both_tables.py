"""A table or field that refers to another table goes, and that other table is locked too.

## What it does
Finds dropped tables and columns that carry a foreign key to a table that stays.

## Why it is risky
The foreign key goes with them, and PostgreSQL takes an ACCESS EXCLUSIVE lock on the table that it points to:
a moment in which nobody reads it, and longer if a transaction that is still running uses it, since everybody queues behind.
Two tables locked one after the other also meet application transactions the other way round: those fail with a deadlock (40P01).

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
```

## Safer way
Drop the foreign key first, in a migration of its own that begins with `SET lock_timeout = '500ms';`,
and run it again if it gives up. The table or field is free to go then.
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
When the other table is little used.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import cure, sentences, table_label, who_waits
from refract.schema.changes import DropColumn, DropTable
from refract.schema.model import ForeignKey, QualifiedName, Table


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table or column that goes with a foreign key of its own."""
    if context.behaviour.drop_foreign_key.blocks is Blocks.NOTHING or gives_up_waiting(context):
        return
    for change in context.changes(DropTable):
        before = context.before.tables.get(change.table.name, change.table)  # SQL drops the keys first
        parents = _parents(context, before, before.foreign_keys)
        if parents:
            yield Risk(str(change.table.name), _message(context, change.table.name, parents), change)
    for dropped in context.on_existing(DropColumn):
        name = dropped.column.name
        table = context.before.tables.get(dropped.table)
        keys = tuple(k for k in table.foreign_keys if name in k.columns) if table else ()
        parents = _parents(context, table, keys) if table else ()
        if parents:
            yield Risk(f"{dropped.table}.{name}", _message(context, dropped.table, parents, name), dropped)


def _parents(context: RuleContext, table: Table, keys: tuple[ForeignKey, ...]) -> tuple[QualifiedName, ...]:
    """The other tables that the keys point to, of those that stay."""
    names = dict.fromkeys(k.referenced_table for k in keys)
    return tuple(n for n in names if n != table.name and n in context.after.tables and not context.is_new(n))


def _message(context: RuleContext, table: QualifiedName, parents: tuple[QualifiedName, ...], column: str = "") -> str:
    operation = context.behaviour.drop_foreign_key
    locked = " and ".join(table_label(context, p) for p in parents)
    what = f"`{column}` of {table_label(context, table)}" if column else table_label(context, table)
    return sentences(
        f"{what} refers to {locked}, so that its foreign key goes with it.",
        who_waits(operation, locked),
        cure(operation),
    )
