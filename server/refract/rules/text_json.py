"""A new field is of type `json` rather than `jsonb`.

## What it does
Finds new `@db.Json` fields.

## Why it is risky
`json` has no equality operator: `DISTINCT`, `GROUP BY` and `UNION` over the table fail, and no index speeds up a search in it.

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
  id   Int  @id
  data Json @db.Json
}
```

## Safer way
Leave the type to Prisma, which uses `jsonb`.
```prisma after
model A {
  id Int @id
}

model B {
  id   Int  @id
  data Json
}
```

## When to ignore it
When the exact text must be kept.

## Providers
PostgreSQL. Off by default.
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


@rule(Severity.INFO, frozenset({"postgresql"}), on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new field of that type."""
    return type_risks(
        context,
        _is_json,
        what="is `json`, which cannot be compared",
        harm=(harm(Effect.DISTINCT_FAILS),),
        now=(action(Do.REMOVE_ATTRIBUTE, attribute="@db.Json"),),
    )


def _is_json(column: Column) -> bool:
    return column.type.name == "JSON"
