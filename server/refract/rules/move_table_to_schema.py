"""A model moves to another database schema, and Prisma drops its table and creates an empty one there.

## What it does
Finds a table that goes while a table of the same name comes in another database schema (`@@schema`).

## Why it is risky
Prisma's migration does not move the table: it drops the old one, with all its rows, and creates a new, empty one.

## Example
```prisma before
datasource db {
  provider = "postgresql"
  schemas  = ["public", "audit"]
}

model Log {
  id   Int    @id @default(autoincrement())
  text String

  @@schema("public")
}
```
```prisma after
datasource db {
  provider = "postgresql"
  schemas  = ["public", "audit"]
}

model Log {
  id   Int    @id @default(autoincrement())
  text String

  @@schema("audit")
}
```

## Safer way
Leave the model where it is, or make the migration say `ALTER TABLE ... SET SCHEMA`
(`ALTER SCHEMA ... TRANSFER` on SQL Server), which keeps the rows;
programs that look in the old schema fail from then on.
```prisma after
datasource db {
  provider = "postgresql"
  schemas  = ["public", "audit"]
}

model Log {
  id   Int    @id @default(autoincrement())
  text String

  @@schema("public")
}
```

## When to ignore it
When the rows may go.

## Providers
Those with database schemas: PostgreSQL, CockroachDB and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import created_here, model
from refract.schema.changes import CreateTable, DropTable


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb", "sqlserver"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is dropped in one schema and created under the same name in another."""
    created = {c.table.name.name: c for c in context.diff.changes if isinstance(c, CreateTable)}
    for dropped in context.diff.changes:
        if not isinstance(dropped, DropTable) or dropped.table.name.name not in created:
            continue
        added = created[dropped.table.name.name]
        old, new = dropped.table.name.schema, added.table.name.schema
        if old == new:
            continue
        name = model(context, added.table.name)
        yield Risk(
            key=str(dropped.table.name),
            what=f"Prisma does not move `{name}` from schema `{old}` to `{new}`: it drops the table "
            "with all its rows and creates an empty one. Make the migration move the table instead, "
            "at a moment when no running program looks for it in the old schema.",
            change=added,
            related=created_here(f"Table `{dropped.table.name}`", dropped.table.origin),
        )
