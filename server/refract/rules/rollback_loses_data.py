"""The rollback of a migration loses what has been written since.

## What it does
Finds migrations with a `down.sql` that drops what the migration has added, or cannot bring back what it has removed.

## Why it is risky
The way back is a second loss: what the new version of the application has stored goes, and what the migration dropped
does not come again.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```
```sql down
ALTER TABLE "User" DROP COLUMN "age";
```

## Safer way
Leave the column when going back; take it away in a later migration, once nobody needs what it holds.
```sql migration
CREATE INDEX "User_id_idx" ON "User"("id");
```
```sql down
DROP INDEX "User_id_idx";
```

## When to ignore it
This rule is off unless the settings turn it on: nearly every way back loses something.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.sql.rollback import losses


@rule(Severity.WARNING, SQL, MIGRATION_ONLY, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """All that does not come back."""
    migration = context.migration
    if migration is None or migration.rollback is None:
        return
    lost = " ".join(dict.fromkeys(losses(context.diff.changes)))
    if lost:
        yield Risk(
            key="rollback",
            what=f"Undoing `{migration.name}` loses data: {lost} Take a backup before it runs.",
            change=None,
        )
