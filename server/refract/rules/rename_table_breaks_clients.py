"""A table is renamed while app instances use its old name.

## What it does
Finds renamed tables without a view that has the old name.

## Why it is risky
The rows are kept, but app instances built with the old name fail as soon as the migration has run.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" RENAME TO "Account";
```

## Safer way
Keep the table and give the model `@@map("User")`.
Or create a view with the old name in the same migration: PostgreSQL accepts writes through simple views.
```sql migration
ALTER TABLE "User" RENAME TO "Account";
CREATE VIEW "User" AS SELECT * FROM "Account";
```

## When to ignore it
When all app instances are stopped while the migration runs.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.code import model_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
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
            what=f"Renaming table {code_span(old.name)} breaks running app instances",
            harm=(harm(Effect.OLD_NAME_FAILS, old=code_span(old.name)), *code.harm),
            now=(
                action(Do.ADD_ATTRIBUTE, attribute=f"@@map({prisma_string(old.name)})", field=code_span(new.name)),
                instead(Do.CREATE_VIEW_WITH_OLD_NAME, old=code_span(old.name)),
            ),
            related=code.places,
            change=change,
        )
