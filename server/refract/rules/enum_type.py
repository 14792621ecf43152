"""A new enum becomes a type of the database, whose values are hard to take away again.

## What it does
Finds new enums.

## Why it is risky
A value is added in a moment, but PostgreSQL cannot remove one: Prisma makes a new type and writes every table that uses it anew.
A table of values, with a foreign key, changes by an INSERT or a DELETE.

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
PostgreSQL, CockroachDB. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateEnum


@rule(Severity.INFO, frozenset({"postgresql", "cockroachdb"}), on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new enum type."""
    for change in context.changes(CreateEnum):
        name = change.enum.enum_name or change.enum.name.name
        yield Risk(
            key=name,
            what=f"`{name}` becomes a type of the database: removing a value later writes every table that uses it anew. "
            "A model of the values changes by an INSERT or a DELETE.",
            change=change,
        )
