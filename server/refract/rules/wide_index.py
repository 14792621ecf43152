"""A new index has more than three fields.

## What it does
Finds new indexes, other than unique ones, over four fields or more.

## Why it is risky
Fields after the first few seldom help a query, and each one costs space and time on every write.

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
  id Int @id
  a  Int
  b  Int
  c  Int
  d  Int

  @@index([a, b, c, d])
}
```

## Safer way
Keep the fields that select rows.
```prisma after
model A {
  id Int @id
}

model B {
  id Int @id
  a  Int
  b  Int
  c  Int
  d  Int

  @@index([a, b, c])
}
```

## When to ignore it
When the index alone serves a frequent query.

## Providers
All. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.new import new_indexes
from refract.rules.kit.rule import rule

_MOST = 3


@rule(Severity.INFO, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index with more fields."""
    for table, index, change in new_indexes(context):
        if not index.unique and len(index.columns) > _MOST:
            yield Risk(
                key=f"{table}.{index.name}",
                what=f"Index {code_span(index.name)} of {table_label(context, table)} has {len(index.columns)} fields",
                harm=(harm(Effect.FIELDS_SELDOM_HELP, most=_MOST),),
                now=(action(Do.KEEP_SELECTIVE_FIELDS),),
                change=change,
                origin=index.origin,
            )
