"""The schema asks for changes that no migration makes.

## What it does
Finds a schema that differs from what its migrations build.

## Why it is risky
Code that is deployed with it expects columns that no database has. In the editor that is the normal state while one is typing;
before a merge it means that `prisma migrate dev` was forgotten.

## Example
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id   Int     @id
  name String?
}
```

## Safer way
Make the migration in the same change: `refract create`, or `prisma migrate dev`.
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id Int @id
}
```

## When to ignore it
While the schema is being typed. Turn it on where branches are checked.

## Providers
All with migrations. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule


@rule(Severity.WARNING, SQL, SCHEMA_ONLY, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first change that is still to be made."""
    changes = context.diff.changes
    if changes:
        count = "a change" if len(changes) == 1 else f"{len(changes)} changes"
        yield Risk(
            key="pending",
            what=f"The schema asks for {count} that no migration makes: databases do not get what the code expects. "
            "Make the migration with `refract create`, or with `prisma migrate dev`.",
            change=next((change for change in changes if change.origin), changes[0]),
        )
