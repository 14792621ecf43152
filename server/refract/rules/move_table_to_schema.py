"""A model moves to another database schema, so Prisma drops its table and creates an empty one there.

## What it does
Finds a dropped table and a new table with the same name in another database schema (`@@schema`).

## Why it is risky
Prisma does not move the table. Its migration drops the old one, with all its rows, and creates a new, empty one.

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
Keep the model in its schema.
If you can stop the app, write `ALTER TABLE ... SET SCHEMA` in the migration (`ALTER SCHEMA ... TRANSFER` on SQL Server).
This keeps the rows, but app instances that use the old schema fail after it.
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
When you do not need the rows.

## Providers
Databases that have schemas: PostgreSQL, CockroachDB and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import created_here, model_name
from refract.rules.kit.rule import rule
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
        name = model_name(context, added.table.name)
        yield Risk(
            key=str(dropped.table.name),
            what=f"Moving {code_span(name)} to schema {code_span(new)} deletes all its rows",
            harm=(_loss(dropped, added),),
            now=(
                action(Do.KEEP_DATABASE_SCHEMA, model=code_span(name), schema=code_span(old)),
                instead(Do.MOVE_TABLE_WHILE_STOPPED),
            ),
            change=added,
            related=created_here(f"Table {code_span(dropped.table.name)}", dropped.table.origin),
        )


def _loss(dropped: DropTable, added: CreateTable) -> Harm:
    return harm(
        Effect.TABLE_DROPPED_AND_CREATED_EMPTY,
        old=code_span(dropped.table.name),
        new=code_span(added.table.name),
    )
