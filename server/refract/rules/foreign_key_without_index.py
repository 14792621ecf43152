"""A foreign key has no index, so every delete of a parent row scans the whole table.

## What it does
Finds new foreign keys whose fields do not begin any index, except in the first migration of a project.

## Why it is risky
When a parent row is deleted or its key changes, the database searches for the rows that reference it.
Without an index, the database scans the whole table each time, and so does every query over the relation.
Only MySQL creates such an index automatically.

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
Add an index on the fields of the relation in the same change.
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
When the table stays small, or when you never delete parents and never query the relation from the parent.

## Providers
PostgreSQL, SQLite, SQL Server and CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import field_name, model_name
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change, DropForeignKey, RenameColumn, RenameTable
from refract.schema.model import ForeignKey, QualifiedName, Table
from refract.schema.unlisted import may_have_key_on
from refract.text import Origin
from refract.wording import listed


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that is new, not only recreated or renamed, and that no index serves."""
    if context.behaviour.indexes_foreign_keys or context.begins_history:
        return
    known = set(_former_keys(context))
    renamed = {new.name for _, new in context.table_renames()}
    for name, key, change in new_foreign_keys(context):
        table = context.after.tables.get(name)
        kept = name in renamed or (name, key.columns) in known or context.is_renamed(name, key.columns)
        if table is not None and not kept and not _is_served(table, key):
            fields = _fields(table, key)
            yield Risk(
                key=f"{name}.{key.name}",
                what=f"Deletes from {code_span(model_name(context, key.referenced_table))} scan all rows of {code_span(model_name(context, name))}",
                harm=(harm(Effect.KEY_NOT_INDEXED, fields=listed(fields)),),
                now=(
                    action(
                        Do.ADD_ATTRIBUTE,
                        attribute=f"@@index([{', '.join(fields)}])",
                        field=code_span(model_name(context, name)),
                    ),
                ),
                change=change,
                origin=_origin(key, change),
            )


def _former_keys(context: RuleContext) -> Iterator[tuple[QualifiedName, tuple[str, ...]]]:
    """The columns of foreign keys that are recreated, under the names that the SQL has given them since."""
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
    is_listed = any({part.name for part in columns[: len(wanted)]} == wanted for columns in keys)
    return is_listed or may_have_key_on(table, key.columns)


def _origin(key: ForeignKey, change: Change) -> Origin | None:
    return key.origin or change.origin


def _fields(table: Table, key: ForeignKey) -> list[str]:
    columns = (table.column(name) for name in key.columns)
    return [field_name(column) for column in columns if column is not None]
