"""The folder of a new migration does not begin with its time.

## What it does
Finds new migrations whose folder is not called `YYYYMMDDHHMMSS_name`.

## Why it is risky
Prisma applies migrations in the order of their folders' names, letter by letter: `2_b` comes after `10_a`,
and a name without a time lands anywhere.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here add_name
ALTER TABLE "User" ADD COLUMN "name" TEXT;
```

## Safer way
Name it as Prisma does.
```sql here add_name
```
```sql here 20250201000000_add_name
ALTER TABLE "User" ADD COLUMN "name" TEXT;
```

## When to ignore it
When the project numbers its migrations in another way that sorts.

## Providers
All with migrations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule

_USUAL = re.compile(r"\d{14}_\S+\Z")
_BASELINE = "0_init"  # as Prisma's documentation calls the first migration of a database that was there before


@rule(Severity.WARNING, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration with an odd name, where those before it have usual ones."""
    history = context.history
    if history is None or not all(_is_usual(m.name) for m in history.here if not history.is_new(m.name)):
        return
    for migration in history.new:
        if not _is_usual(migration.name):
            yield Risk(
                key=migration.name,
                what=f"The folder `{migration.name}` does not begin with a time (`YYYYMMDDHHMMSS_name`), as those before it do: "
                "Prisma applies migrations in the order of their names, so it may run in the wrong place. "
                "Rename the folder, unless a database has applied it already.",
                change=None,
                origin=head_of(migration),
            )


def _is_usual(name: str) -> bool:
    return _USUAL.match(name) is not None or name == _BASELINE
