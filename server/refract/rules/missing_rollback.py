"""A migration has nothing beside it that undoes it.

## What it does
Finds new migrations without a `down.sql`.

## Why it is risky
Prisma has no way back of its own. Who needs one in the middle of the night writes it then, without a test.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## Safer way
`refract rollback` writes it, checked by replaying both.
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```
```sql down
ALTER TABLE "User" DROP COLUMN "age";
```

## When to ignore it
This rule is off unless the settings turn it on: many teams only ever go forward.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule


@rule(Severity.INFO, SQL, MIGRATION_ONLY, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The migration, if it changes something."""
    migration = context.migration
    if migration is None or migration.rollback is not None or not context.diff.changes:
        return
    yield Risk(
        key="rollback",
        what=f"Nothing says how `{migration.name}` is undone. `refract rollback {migration.name}` writes a down.sql beside it, "
        "checked by replaying both.",
        change=None,
    )
