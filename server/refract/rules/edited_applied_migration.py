"""A migration of the base branch was edited on this branch.

## What it does
Finds migrations whose text differs from the base branch.

## Why it is risky
Databases that have applied the migration keep the result of the old text, and new databases get the result of the new text.
`prisma migrate dev` detects the different checksum and asks to reset the database, even for a changed comment.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250101000000_init
CREATE TABLE "User" ("id" BIGINT);
```

## Safer way
Leave the migration unchanged, and put the change into a new migration.
```sql here 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_big_ids
ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;
```

## When to ignore it
When no database has applied the migration, or all of them are reset.

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
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration that differs from the base."""
    history = context.history
    if history is None:
        return
    for migration in history.edited:
        yield Risk(
            key=migration.name,
            what=f"Migration {code_span(migration.name)} differs from its version on {code_span(history.base)}",
            harm=(harm(Effect.OLD_TEXT_APPLIED), harm(Effect.RESET_REQUESTED)),
            now=(
                action(Do.RESTORE_FROM_BASE, migration=code_span(migration.name), base=code_span(history.base)),
                action(Do.CHANGE_IN_NEW_MIGRATION),
            ),
            change=None,
            origin=head_of(migration),
        )
