"""A relation has no index on its own side, and deletes on the other side read the whole table.

## What it does
Finds new foreign keys whose fields are not the first of any index.

## Why it is risky
When a row of the parent is deleted or its key changes, the database looks for the rows that refer to it.
Without an index it reads the whole table each time; so does every query over the relation.
Only MySQL makes such an index by itself.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
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
  author   User  @relation(fields: [authorId], references: [id])
}
```

## Safer way
Add an index on the relation's fields with it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])

  @@index([authorId])
}
```

## When to ignore it
When the table stays small, or parents are never deleted and the relation is never queried from their side.

## Providers
PostgreSQL, SQLite, SQL Server, CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import field_name, table_label
from refract.schema.changes import Change, DropForeignKey, RenameColumn, RenameTable
from refract.schema.model import ForeignKey, QualifiedName, Table
from refract.text import Origin
from refract.wording import listed


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that is really new and that no index serves."""
    if context.behaviour.indexes_foreign_keys:
        return
    known = set(_former_keys(context))
    renamed = {new.name for _, new in context.table_renames()}
    for name, key, change in new_foreign_keys(context):
        table = context.after.tables.get(name)
        kept = name in renamed or (name, key.columns) in known or context.is_renamed(name, key.columns)
        if table is not None and not kept and not _is_served(table, key):
            yield Risk(
                key=f"{name}.{key.name}",
                what=_message(context, table, key),
                change=change,
                origin=_origin(key, change),
            )


def _former_keys(context: RuleContext) -> Iterator[tuple[QualifiedName, tuple[str, ...]]]:
    """The columns of foreign keys that are made anew, under the names that SQL has given them meanwhile."""
    columns = {(c.table, c.before.name): c.after.name for c in context.changes(RenameColumn)}
    tables = {c.before.name: c.after.name for c in context.changes(RenameTable)}
    for change in context.on_existing(DropForeignKey):
        table = tables.get(change.table, change.table)
        yield table, change.foreign_key.columns
        names = (columns.get((table, c), columns.get((change.table, c), c)) for c in change.foreign_key.columns)
        yield table, tuple(names)


def _is_served(table: Table, key: ForeignKey) -> bool:
    keys = [i.columns for i in table.indexes if i.where is None]
    keys += [table.primary_key.columns] if table.primary_key else []
    wanted = set(key.columns)
    return any({part.name for part in columns[: len(wanted)]} == wanted for columns in keys)


def _origin(key: ForeignKey, change: Change) -> Origin | None:
    return key.origin or change.origin


def _message(context: RuleContext, table: Table, key: ForeignKey) -> str:
    columns = [table.column(name) for name in key.columns]
    fields = [field_name(column) for column in columns if column is not None]
    return (
        f"No index begins with {listed(fields)} of {table_label(context, table.name)}: deleting a row of "
        f"{table_label(context, key.referenced_table)}, and each query over the relation, reads the whole table. "
        f"Add `@@index([{', '.join(fields)}])`."
    )
