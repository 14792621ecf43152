"""The name of a new migration does not describe the change.

## What it does
Finds new migrations that are called `test`, `fix`, `update`, `migration` or the like, or have no name after the timestamp.

## Why it is risky
You read the history when something has failed. To know what `20250201000000_fix` did, you must open the file.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_fix
ALTER TABLE "User" ADD COLUMN "email" TEXT;
```

## Safer way
Name the change. `refract name` suggests names.
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_fix
```
```sql here 20250201000000_add_email_to_users
ALTER TABLE "User" ADD COLUMN "email" TEXT;
```

## When to ignore it
When a database has already applied the migration. Then keep the name.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.naming import says_nothing
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.INFO, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration whose name describes nothing; the first of a project may have any name."""
    history = context.history
    if history is None or len(history.new) == len(history.here):
        return
    for migration in history.new:
        if says_nothing(migration.name):
            yield Risk(
                key=migration.name,
                what=f"The name of {code_span(migration.name)} does not describe the change",
                harm=(harm(Effect.NAME_DESCRIBES_NOTHING),),
                now=(action(Do.SUGGEST_NAME), action(Do.RENAME_FOLDER)),
                change=None,
                origin=head_of(migration),
            )
