"""This branch and its base branch change the same object.

## What it does
Finds new migrations that change the same table, column, index or enum value as a migration that the base branch has received since.
Only pairs are reported whose second migration would fail, or undo the first.

## Why it is risky
The migrations are separate files, so git merges both without a conflict.
The second migration fails, or silently undoes the first.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER, "name" TEXT);
```
```sql theirs 20250201000000_theirs
ALTER TABLE "User" DROP COLUMN "name";
```
```sql here 20250202000000_mine
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## Safer way
Merge the base into your branch, and create the migration again on top of it.
```sql here 20250202000000_mine
ALTER TABLE "User" ADD COLUMN "label" TEXT;
```

## When to ignore it
If both changes were agreed on and the order of the migrations is certain.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule
from refract.rules.kit.touched import shown_names, touched


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration against each that the base has received since."""
    history = context.history
    if history is None:
        return
    theirs = [(m.name, touched(history.changes.get(m.name, ()))) for m in history.theirs]
    for migration in history.new:
        mine = touched(history.changes.get(migration.name, ()))
        for name, other in theirs:
            shared = mine.clashes_with(other)
            if shared:
                yield Risk(
                    key=f"{migration.name}/{name}",
                    what=f"{code_span(migration.name)} conflicts with {code_span(name)} on {code_span(history.base)}",
                    harm=(harm(Effect.SECOND_FAILS_OR_UNDOES, objects=shown_names(shared, context.provider)),),
                    now=(
                        action(Do.MERGE_BASE, base=code_span(history.base)),
                        action(Do.RECREATE_MIGRATION, migration=code_span(migration.name)),
                    ),
                    change=None,
                    origin=head_of(migration),
                )
