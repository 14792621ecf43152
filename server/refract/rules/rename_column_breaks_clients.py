"""A column is renamed while programs use its old name.

## What it does
Finds `RENAME COLUMN` in tables that are not new.

## Why it is risky
The rows are kept, but from the moment it runs every program built with the old name fails,
and until then every program with the new name does.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";
```

## Safer way
Keep the column and give the field `@map("name")`: nothing changes in the database. Or add the new column, write both, copy the rows, and drop the old one later.
```sql migration
ALTER TABLE "User" ADD COLUMN "fullName" TEXT;
```

## When to ignore it
When all programs are stopped while it runs.

## Providers
All with SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.code import field_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.rules.kit.words import sentences
from refract.schema.changes import RenameColumn


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that gets another name."""
    for change in context.on_existing(RenameColumn):
        old, new = change.before.name, change.after.name
        code = field_in_code(context, change.table, change.before)
        yield Risk(
            key=f"{change.table}.{old}",
            what=sentences(
                f"`{change.table.name}.{old}` becomes `{new}`: the rows are kept, but every running program that uses `{old}` fails "
                f'at once. Keep the column, and give the field `@map("{old}")`; or stop these programs while it runs.',
            ),
            related=code.places,
            change=change,
        )
