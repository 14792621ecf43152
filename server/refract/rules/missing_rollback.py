"""A migration has no file that undoes it.

## What it does
Finds new migrations without a `down.sql`.

## Why it is risky
Prisma cannot undo a migration. Without a `down.sql`, you write that SQL during the incident, untested.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## Safer way
Run `refract rollback`. The command writes `down.sql` and checks that it undoes the migration.
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```
```sql down
ALTER TABLE "User" DROP COLUMN "age";
```

## When to ignore it
When your team never undoes a migration, and fixes problems with a new one.

## Providers
All SQL databases. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule


@rule(Severity.INFO, SQL, MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The migration, if it changes something."""
    migration = context.migration
    if migration is None or migration.rollback is not None or not context.diff.changes:
        return
    yield Risk(
        key="rollback",
        what=f"Migration {code_span(migration.name)} has no `down.sql`",
        harm=(harm(Effect.UNDO_WRITTEN_IN_INCIDENT),),
        now=(action(Do.WRITE_ROLLBACK, command=f"refract rollback {migration.name}"),),
        change=None,
    )
