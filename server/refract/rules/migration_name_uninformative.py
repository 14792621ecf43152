"""The name of a new migration says nothing.

## What it does
Finds new migrations called `test`, `fix`, `update`, `migration`, or nothing but a time.

## Why it is risky
The history is read when something has gone wrong: `20250201000000_fix` has to be opened to know what it did.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_fix
ALTER TABLE "User" ADD COLUMN "email" TEXT;
```

## Safer way
Say what changes; `refract name` suggests names.
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_fix
```
```sql here 20250201000000_add_email_to_users
ALTER TABLE "User" ADD COLUMN "email" TEXT;
```

## When to ignore it
When a database has applied it already: the name stays then.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.naming import says_nothing
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.INFO, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration whose name names nothing; the first of all may be called anything."""
    history = context.history
    if history is None or len(history.new) == len(history.here):
        return
    for migration in history.new:
        if says_nothing(migration.name):
            yield Risk(
                key=migration.name,
                what=f"`{migration.name}` does not say what it does. Rename the folder, unless a database has applied it already: "
                "`refract name` suggests names such as `add_email_to_users`.",
                change=None,
                origin=head_of(migration),
            )
