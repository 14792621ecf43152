"""The schema has changes that no migration makes.

## What it does
Finds a schema that differs from what its migrations build.

## Why it is risky
Code deployed with this schema expects columns that no database has.
In the editor this is normal while you type; before a merge it means that `prisma migrate dev` was not run.

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
Create the migration in the same change, with `refract create` or `prisma migrate dev`.
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
While you type. Turn the rule on in CI.

## Providers
All SQL databases. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule


@rule(Severity.WARNING, SQL, SCHEMA_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first pending change."""
    changes = context.diff.changes
    if changes:
        yield Risk(
            key="pending",
            what=f"The schema has {_counted(len(changes))} without a migration",
            harm=(harm(Effect.DATABASES_LACK_CHANGE),),
            now=(action(Do.CREATE_MIGRATION),),
            change=next((change for change in changes if change.origin), changes[0]),
        )


def _counted(count: int) -> str:
    return "a change" if count == 1 else f"{count} changes"
