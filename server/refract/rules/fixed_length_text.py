"""A new text field has a length limit.

## What it does
Finds new `@db.VarChar(n)` and `@db.Char(n)` fields.

## Why it is risky
On PostgreSQL a length limit saves no space, and a shorter limit later rewrites the whole table.
`CHAR(n)` also pads values with blanks, which makes comparisons surprising.

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

model B {
  id   Int    @id
  name String @db.VarChar(50)
}
```

## Safer way
Use plain text, and a `CHECK` constraint if a limit matters.
```prisma after
model A {
  id Int @id
}

model B {
  id   Int    @id
  name String
}
```

## When to ignore it
When the limit is part of the data.

## Providers
PostgreSQL and CockroachDB. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.new import type_risks
from refract.rules.kit.rule import rule
from refract.schema.model import Column


@rule(Severity.INFO, frozenset({"postgresql", "cockroachdb"}), on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    return type_risks(
        context,
        _is_limited,
        what="gets a length limit that is costly to change",
        harm=(harm(Effect.LENGTH_SAVES_NOTHING),),
        now=(action(Do.USE_PLAIN_STRING), action(Do.ADD_CHECK_FOR_LIMIT)),
    )


def _is_limited(column: Column) -> bool:
    return column.type.name in ("VARCHAR", "CHAR") and bool(column.type.args or column.type.name == "CHAR")
