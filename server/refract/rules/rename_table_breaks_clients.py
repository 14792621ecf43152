"""A table is renamed while programs use its old name.

## What it does
Finds renamed tables for which no view of the old name is made.

## Why it is risky
The rows are kept, but from the moment it runs every program built with the old name fails.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" RENAME TO "Account";
```

## Safer way
Keep the table and give the model `@@map("User")`. Or make a view of the old name in the same migration: on PostgreSQL simple views can be written to.
```sql migration
ALTER TABLE "User" RENAME TO "Account";
CREATE VIEW "User" AS SELECT * FROM "Account";
```

## When to ignore it
When all programs are stopped while it runs.

## Providers
All with SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.code import model_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.rules.kit.words import sentences
from refract.schema.changes import RenameTable


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that gets another name."""
    for change in context.changes(RenameTable):
        old, new = change.before.name, change.after.name
        if context.is_new(old) or old in context.after.views or old not in context.before.tables:
            continue
        code = model_in_code(context, old)
        yield Risk(
            key=str(old),
            what=sentences(
                f"Table `{old.name}` becomes `{new.name}`: the rows are kept, but every running program that uses `{old.name}` fails "
                f'at once. Keep the table, and give the model `@@map("{old.name}")`; or make a view of the old name in this migration.',
            ),
            related=code.places,
            change=change,
        )
