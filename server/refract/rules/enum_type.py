"""A new enum becomes a database type, whose values are hard to remove.

## What it does
Finds new enums.

## Why it is risky
Adding a value is instant, but PostgreSQL cannot remove one: Prisma creates a new type and rewrites every table that uses it.
A table of values with a foreign key changes by an `INSERT` or a `DELETE`.

## Example
```prisma before
model A {
  id Int @id
}
```
```prisma after
model A {
  id Int @id
}

enum Role {
  USER
  ADMIN
}
```

## Safer way
Use a model for the values.
```prisma after
model A {
  id Int @id
}

model Role {
  name String @id
}
```

## When to ignore it
When the values never change.

## Providers
PostgreSQL and CockroachDB. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateEnum


@rule(Severity.INFO, frozenset({"postgresql", "cockroachdb"}), on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new enum type."""
    for change in context.changes(CreateEnum):
        name = change.enum.enum_name or change.enum.name.name
        yield Risk(
            key=name,
            what=f"New enum {code_span(name)} becomes a database type",
            harm=(harm(Effect.ENUM_REMOVAL_REWRITES),),
            now=(action(Do.USE_MODEL_FOR_VALUES),),
            change=change,
        )
