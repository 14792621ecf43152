"""A table is made anew on a database that deletes the rows that depend on it meanwhile.

## What it does
Finds tables that Prisma copies and drops while other tables refer to them with `onDelete: Cascade` or `SetNull`.

## Why it is risky
Prisma turns foreign keys off (`PRAGMA foreign_keys=OFF`) before it drops the old table. Inside a transaction that does nothing,
and D1 and libSQL hold one: dropping the table deletes its rows, and the rows of other tables that cascade go or are emptied with them.

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
Make only changes that need no copy: optional fields and indexes. Else export the dependent tables first, and restore them after.
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
When the tables that depend on it are empty.

## Providers
D1 and libSQL. Plain SQLite keeps the rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rebuilds import cascading_dependents, rebuilt_tables
from refract.rules.kit.rule import rule
from refract.rules.kit.words import table_label


@rule(Severity.ERROR, frozenset({"sqlite"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table whose copy costs rows of other tables."""
    for rebuilt in rebuilt_tables(context):
        dependents = cascading_dependents(context, rebuilt)
        if dependents:
            table = table_label(context, rebuilt.table)
            lost = " and ".join(table_label(context, d) for d in dependents)
            yield Risk(
                key=str(rebuilt.table),
                what=f"Prisma makes {table} anew and drops the old one, and this database runs that in a transaction, in which "
                f"`PRAGMA foreign_keys=OFF` does nothing: the rows of {lost} that refer to it are deleted or emptied. "
                f"Change {table} without a copy (optional fields, indexes), or save those rows first.",
                change=rebuilt.changes[0],
            )
