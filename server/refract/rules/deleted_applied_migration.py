"""A migration that the base branch has is missing here.

## What it does
Finds migrations that the branch began with and has no more.

## Why it is risky
New databases are built without it. `prisma migrate dev` asks to reset databases that have applied it,
and `prisma migrate deploy` says nothing.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250101000000_init
```

## Safer way
Keep it, and undo what it did in a new migration.
```sql here 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_drop
DROP TABLE "User";
```

## When to ignore it
When migrations are squashed on purpose, with `prisma migrate resolve` on every database.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration that is gone."""
    history = context.history
    for migration in history.deleted if history else ():
        yield Risk(
            key=migration.name,
            what=f"`{migration.name}` is on {history.base if history else 'the base'} and not here any more. Databases that have applied "
            "it no longer fit the history: `prisma migrate dev` asks to reset them, and new databases are built without it. "
            "Restore the folder from git, and undo what it did in a new migration.",
            change=None,
        )
