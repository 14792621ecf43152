"""The datasource has another provider than the migrations.

## What it does
Finds a schema with another provider than its migrations or the base branch.

## Why it is risky
Migrations are SQL for one database. Prisma refuses to run them on another (P3019),
and no data is moved from the old database to the new one.

## Example
```prisma before
datasource db {
  provider = "sqlite"
}

model User {
  id Int @id
}
```
```prisma after
datasource db {
  provider = "postgresql"
}

model User {
  id Int @id
}
```

## Safer way
Keep the provider, or start a new history:

1. Move the old migrations away.
2. Create a first migration for the new database.
3. Copy the rows with a migration tool.

```prisma after
datasource db {
  provider = "sqlite"
}

model User {
  id Int @id
}
```

## When to ignore it
When no database of the project is in use yet.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import rule


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """The one finding of such a change: no other difference means anything."""
    old, new = context.before.provider, context.after.provider
    if old != new and context.before.tables:
        yield Risk(
            key=f"{old}-{new}",
            what=f"Migrations for {code_span(old)} cannot run on {code_span(new)}",
            harm=(harm(Effect.PROVIDER_REFUSED), harm(Effect.DATA_STAYS_BEHIND)),
            now=(action(Do.START_NEW_HISTORY), action(Do.MOVE_ROWS_WITH_TOOL)),
            change=None,
        )
