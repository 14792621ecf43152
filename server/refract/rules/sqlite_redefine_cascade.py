"""Rebuilding a table deletes the rows that depend on it.

## What it does
Finds tables that Prisma copies and drops while other tables refer to them with `onDelete: Cascade` or `SetNull`.

## Why it is risky
Prisma turns foreign keys off (`PRAGMA foreign_keys=OFF`) before it drops the old table.
Inside a transaction the pragma has no effect, and D1 and libSQL run migrations in one.
Dropping the table then deletes its rows, and rows of other tables are deleted or emptied by `onDelete`.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name  String?
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  title    String?
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String?
  active Boolean @default(true)
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  title    String?
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```

## Safer way
Make only changes that need no copy: optional fields and indexes.
If you need another change, export the dependent tables before the migration and restore them after it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String?
  active Boolean?
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  title    String?
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```

## When to ignore it
When the dependent tables are empty.

## Providers
D1 and libSQL. Plain SQLite keeps the rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rebuilds import cascading_dependents, rebuilt_tables
from refract.rules.kit.rule import rule
from refract.wording import joined


@rule(Severity.ERROR, frozenset({"sqlite"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table whose copy costs rows of other tables."""
    for rebuilt in rebuilt_tables(context):
        dependents = cascading_dependents(context, rebuilt)
        if dependents:
            table = table_label(context, rebuilt.table)
            lost = joined(table_label(context, dependent) for dependent in dependents)
            yield Risk(
                key=str(rebuilt.table),
                what=f"Rebuilding {table} deletes or empties rows of {lost}",
                harm=(harm(Effect.PRAGMA_IGNORED_IN_TRANSACTION),),
                now=(action(Do.CHANGE_WITHOUT_COPY, table=table), instead(Do.EXPORT_DEPENDENT_ROWS, tables=lost)),
                change=rebuilt.changes[0],
            )
