"""A migration of the base branch was deleted on this branch.

## What it does
Finds migrations that existed when the branch began, and that the branch has deleted.

## Why it is risky
New databases are built without the migration.
`prisma migrate dev` asks to reset databases that have applied it, and `prisma migrate deploy` reports nothing.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250101000000_init
```

## Safer way
Keep the migration, and undo its changes in a new one.
```sql here 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_drop
DROP TABLE "User";
```

## When to ignore it
When migrations are squashed on purpose, with `prisma migrate resolve` on every database.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each deleted migration."""
    history = context.history
    if history is None:
        return
    for migration in history.deleted:
        yield Risk(
            key=migration.name,
            what=f"Migration {code_span(migration.name)} of {code_span(history.base)} was deleted on this branch",
            harm=(harm(Effect.RESET_REQUESTED), harm(Effect.MISSING_IN_NEW_DATABASES)),
            now=(
                action(Do.RESTORE_FROM_BASE, migration=code_span(migration.name), base=code_span(history.base)),
                action(Do.UNDO_IN_NEW_MIGRATION),
            ),
            change=None,
        )
