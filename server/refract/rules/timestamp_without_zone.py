"""A new `DateTime` field stores no time zone.

## What it does
Finds new columns of type `TIMESTAMP` or `TIMESTAMP(0)`, which Prisma uses for `DateTime`.

## Why it is risky
PostgreSQL stores such a time without its zone. Sessions in another time zone read another moment,
and changing the type later rewrites the whole table.

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
  id Int      @id
  at DateTime
}
```

## Safer way
Use `@db.Timestamptz(3)` from the start.
```prisma after
model A {
  id Int @id
}

model B {
  id Int      @id
  at DateTime @db.Timestamptz(3)
}
```

## When to ignore it
When everything that reads and writes the field runs in UTC.

## Providers
PostgreSQL, CockroachDB. Off by default.
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
        _has_no_zone,
        what="stores no time zone",
        harm=(harm(Effect.SESSIONS_READ_OTHER_MOMENTS),),
        now=(action(Do.USE_NATIVE_TYPE, attribute="@db.Timestamptz(3)"),),
    )


def _has_no_zone(column: Column) -> bool:
    return column.type.name == "TIMESTAMP"
