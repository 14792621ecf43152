"""Dropping a table or field with a foreign key also locks the referenced table.

## What it does
Finds dropped tables and columns that have a foreign key to a table that stays.

## Why it is risky
The foreign key is dropped too, and PostgreSQL takes an ACCESS EXCLUSIVE lock on the referenced table.
All reads and writes on that table wait: briefly, or until the transactions that use it finish.
App transactions that lock the two tables in the other order can fail with a deadlock (40P01).

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
Drop the foreign key in an earlier migration that starts with `SET lock_timeout = '500ms';`.
Run that migration again if it times out. Then drop the table or field.
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
When few queries use the referenced table.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Blocks
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.labels import field_name, model_name, table_label
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change, DropColumn, DropTable
from refract.schema.model import ForeignKey, QualifiedName, Table
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped table or column that has a foreign key."""
    if context.behaviour.drop_foreign_key.blocks is Blocks.NOTHING or gives_up_waiting(context):
        return
    for change in context.changes(DropTable):
        before = context.before.tables.get(change.table.name, change.table)  # SQL drops the keys first
        parents = _parents(context, before, before.foreign_keys)
        if parents:
            yield _risk(context, str(change.table.name), model_name(context, change.table.name), parents, change)
    for dropped in context.on_existing(DropColumn):
        name = dropped.column.name
        table = context.before.tables.get(dropped.table)
        keys = tuple(k for k in table.foreign_keys if name in k.columns) if table else ()
        parents = _parents(context, table, keys) if table else ()
        if parents:
            label = f"{model_name(context, dropped.table)}.{field_name(dropped.column)}"
            yield _risk(context, f"{dropped.table}.{name}", label, parents, dropped)


def _parents(context: RuleContext, table: Table, keys: tuple[ForeignKey, ...]) -> tuple[QualifiedName, ...]:
    """The other tables that the keys reference, without those that are dropped or new."""
    names = dict.fromkeys(k.referenced_table for k in keys)
    return tuple(n for n in names if n != table.name and n in context.after.tables and not context.is_new(n))


def _risk(context: RuleContext, key: str, dropped: str, parents: tuple[QualifiedName, ...], change: Change) -> Risk:
    operation = context.behaviour.drop_foreign_key
    return Risk(
        key=key,
        what=f"Dropping {code_span(dropped)} drops its foreign key and locks {listed(model_name(context, p) for p in parents)}",
        harm=blocking(operation, *(table_label(context, p) for p in parents)),
        now=(action(Do.DROP_FOREIGN_KEY_EARLIER), *cures(operation)),
        change=change,
    )
