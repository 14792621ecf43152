"""A rollback does not fully undo its migration.

## What it does
Replays a new migration and its `down.sql`, and finds what then differs from the database before.

## Why it is risky
You run a rollback when something is already wrong.
One that was written for an older text of the migration leaves the database in a state that no schema describes.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER, ADD COLUMN "city" TEXT;
```
```sql down
ALTER TABLE "User" DROP COLUMN "age";
```

## Safer way
Delete the old file, then run `refract rollback`.
```sql down
ALTER TABLE "User" DROP COLUMN "age", DROP COLUMN "city";
```

## When to ignore it
When the rollback keeps something on purpose, such as a column with data.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff import diff
from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import Change, NotFollowed
from refract.sql.rollback import is_same
from refract.sql.writer import write_script


@rule(Severity.WARNING, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first object that the files leave, if all of them can be read."""
    migration = context.migration
    rollback = migration.rollback if migration else None
    if migration is None or rollback is None or is_same(rollback.after, context.before):
        return
    if any(_is_unread(change) for statement in rollback.statements for change in statement.changes):
        return
    left = diff(rollback.after, context.before).changes
    first = write_script(left[:1], rollback.after, context.before).strip().splitlines() if left else []
    missing = next((line for line in first if line and not line.startswith("--")), "")
    yield Risk(
        key="rollback",
        what=f"The rollback of {code_span(migration.name)} does not fully undo it",
        harm=(harm(Effect.FIRST_MISSING_STATEMENT, statement=code_span(missing)),) if missing else (),
        now=(action(Do.RECREATE_ROLLBACK, command=f"refract rollback {migration.name}"), instead(Do.COMPLETE_ROLLBACK)),
        change=None,
    )


def _is_unread(change: Change) -> bool:
    return isinstance(change, NotFollowed) and change.misfit is None
