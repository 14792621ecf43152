"""A column is renamed while app instances use its old name.

## What it does
Finds `RENAME COLUMN` in tables that are not new.

## Why it is risky
The rows are kept, but app instances built with the old name fail as soon as the migration has run,
and those with the new name fail until then.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";
```

## Safer way
Keep the column and give the field `@map("name")`: nothing changes in the database.
Or add the new column, write both, copy the rows, and drop the old column later.
```sql migration
ALTER TABLE "User" ADD COLUMN "fullName" TEXT;
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
from refract.rules.kit.code import field_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import swaps_join_columns
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import RenameColumn


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that gets another name."""
    for change in context.on_existing(RenameColumn):
        if swaps_join_columns(context, change.table):
            continue
        old, new = change.before.name, change.after.name
        code = field_in_code(context, change.table, change.before)
        yield Risk(
            key=f"{change.table}.{old}",
            what=f"Renaming {code_span(f'{change.table.name}.{old}')} to {code_span(new)} breaks running app instances",
            harm=(harm(Effect.OLD_NAME_FAILS, old=code_span(old)), *code.harm),
            now=(
                action(Do.KEEP_COLUMN_WITH_MAP, attribute=f"@map({prisma_string(old)})"),
                instead(Do.STOP_APP_DURING_MIGRATION),
            ),
            related=code.places,
            change=change,
        )
