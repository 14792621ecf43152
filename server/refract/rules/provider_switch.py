"""The datasource names another provider than the one that the migrations were made for.

## What it does
Finds a schema whose provider is not that of the baseline.

## Why it is risky
Migrations are SQL for one database. Prisma refuses to run them on another (P3019),
and no data moves from the old database to the new one by itself.

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
Keep the provider, or start a new history: put the old migrations aside, make a first migration for the new database,
and move the rows with a tool made for that.
```prisma after
datasource db {
  provider = "sqlite"
}

model User {
  id Int @id
}
```

## When to ignore it
When the project is not in use anywhere yet.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """The one finding of such a change: what differs besides says nothing."""
    old, new = context.before.provider, context.after.provider
    if old != new and context.before.tables:
        yield Risk(
            key=f"{old}-{new}",
            what=f"The provider changes from `{old}` to `{new}`: the migrations so far cannot run there (P3019), "
            "and no data moves by itself. Start a new history for the new database: put the old migrations aside, "
            "make a first one, and move the rows.",
            change=None,
        )
