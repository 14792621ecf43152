"""The folder of a new migration does not begin with a timestamp.

## What it does
Finds new migrations whose folder does not have the form `YYYYMMDDHHMMSS_name`.

## Why it is risky
Prisma applies migrations in the order of their folders' names, character by character.
So `2_b` runs after `10_a`, and a name without a timestamp runs in an unexpected place.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here add_name
ALTER TABLE "User" ADD COLUMN "name" TEXT;
```

## Safer way
Use the form of Prisma's own names.
```sql here add_name
```
```sql here 20250201000000_add_name
ALTER TABLE "User" ADD COLUMN "name" TEXT;
```

## When to ignore it
When the project numbers its migrations in another form that sorts correctly.

## Providers
All SQL databases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from refract.baseline import Migration
from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule

_USUAL = re.compile(r"\d{14}(?:_\S*)?\Z")
_NUMBERED = re.compile(r"\d+(?=_)")
# as Prisma's documentation calls the first migration of an existing database, and a squash
_IN_DOCUMENTATION = ("0_init", "000000000000_squashed_migrations")


@rule(Severity.WARNING, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new migration without a timestamp, if all earlier ones have one."""
    history = context.history
    if history is None or _are_numbered(history.here):
        return
    if not all(_is_usual(m.name) for m in history.here if not history.is_new(m.name)):
        return
    for migration in history.new:
        if not _is_usual(migration.name) and "/" in migration.file:  # a flat folder has other names
            yield Risk(
                key=migration.name,
                what=f"Migration folder {code_span(migration.name)} does not begin with a timestamp",
                harm=(harm(Effect.ORDER_FOLLOWS_NAMES),),
                now=(action(Do.RENAME_FOLDER_AS, form="YYYYMMDDHHMMSS_name"),),
                change=None,
                origin=head_of(migration),
            )


def _are_numbered(migrations: Iterable[Migration]) -> bool:
    """Whether all names begin with numbers of one length, such as `001_`: their order is that of the numbers."""
    numbers = [_NUMBERED.match(migration.name) for migration in migrations]
    return len({len(number[0]) if number else 0 for number in numbers} | {0}) == 2 and all(numbers)


def _is_usual(name: str) -> bool:
    return _USUAL.match(name) is not None or name in _IN_DOCUMENTATION
