"""A new migration sorts before one that is already in the base branch.

## What it does
Finds new migrations whose name sorts before the newest migration of the base branch.

## Why it is risky
Prisma applies migrations in the order of their names.
New databases apply this migration first, and databases that already have the other one apply this migration last.
The two orders can give different results, or one of them can fail.

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
Rename the folder to a later time before you merge.
```sql here 20250201000000_mine
```
```sql here 20250401000000_mine
ALTER TABLE "User" ADD COLUMN "b" TEXT;
```

## When to ignore it
When the two migrations are independent, and every database gets both.

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
                what=f"{code_span(migration.name)} sorts before {code_span(last)}, which is already in {code_span(history.base)}",
                harm=(harm(Effect.ORDER_DIFFERS),),
                now=(action(Do.RENAME_FOLDER_AFTER, migration=code_span(last)),),
                change=None,
                origin=head_of(migration),
            )
