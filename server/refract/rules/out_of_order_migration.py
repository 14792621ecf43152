"""A new migration sorts before one that the base branch already has.

## What it does
Finds new migrations whose name sorts before the newest migration of the branch that this work goes to.

## Why it is risky
Prisma applies migrations in the order of their names. Databases that have the newer one run this one after it,
new databases run it before: two histories that may not build the same.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql base 20250301000000_more
ALTER TABLE "User" ADD COLUMN "a" TEXT;
```
```sql here 20250201000000_mine
ALTER TABLE "User" ADD COLUMN "b" TEXT;
```

## Safer way
Give the folder a later time before it is merged.
```sql here 20250201000000_mine
```
```sql here 20250401000000_mine
ALTER TABLE "User" ADD COLUMN "b" TEXT;
```

## When to ignore it
When the two have nothing to do with each other and every database that matters gets both.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.history import head_of, newest
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.WARNING, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration that would be applied out of order."""
    history = context.history
    if history is None:
        return
    last = newest((*(m for m in history.here if not history.is_new(m.name)), *history.theirs))
    for migration in history.new:
        if migration.name < last:
            yield Risk(
                key=migration.name,
                what=f"`{migration.name}` sorts before `{last}`, which {history.base} already has: databases that "
                "have that one run this one after it, new databases before it. "
                "Rename the folder to a later time before it is merged, unless a database has applied it already.",
                change=None,
                origin=head_of(migration),
            )
