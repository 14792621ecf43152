"""A migration that the base branch has was edited.

## What it does
Finds migrations whose text is another than on the branch that this work goes to.

## Why it is risky
Databases that have applied it keep what the old text built, and new ones get what the new text builds.
`prisma migrate dev` notices the other checksum and asks to reset the database, even for a changed comment.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250101000000_init
CREATE TABLE "User" ("id" BIGINT);
```

## Safer way
Leave it as it is, and put the change into a new migration.
```sql here 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_big_ids
ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;
```

## When to ignore it
When no database has applied it, or all of them are reset.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration that is not what the base has."""
    history = context.history
    for migration in history.edited if history else ():
        yield Risk(
            key=migration.name,
            what=f"`{migration.name}` is on {history.base if history else 'the base'} with another text. Databases that have applied "
            "it keep what that built, and `prisma migrate dev` asks to reset them. "
            "Restore the file from git, and put the change into a new migration.",
            change=None,
            origin=head_of(migration),
        )
