"""A model has more than eight indexes.

## What it does
Finds models that get another index and have more than eight with it.

## Why it is risky
Every insert writes all of them, and most updates do too.

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
  f0 Int
  f1 Int
  f2 Int
  f3 Int
  f4 Int
  f5 Int
  f6 Int
  f7 Int
  f8 Int

  @@index([f0])
  @@index([f1])
  @@index([f2])
  @@index([f3])
  @@index([f4])
  @@index([f5])
  @@index([f6])
  @@index([f7])
  @@index([f8])
}
```

## Safer way
Leave out the indexes that no query needs.
```prisma after
model A {
  id Int @id
}

model B {
  id Int @id
  f0 Int
  f1 Int
  f2 Int
  f3 Int
  f4 Int
  f5 Int
  f6 Int
  f7 Int

  @@index([f0])
  @@index([f1])
  @@index([f2])
  @@index([f3])
  @@index([f4])
  @@index([f5])
  @@index([f6])
  @@index([f7])
}
```

## When to ignore it
When the table is seldom written.

## Providers
All. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.new import new_indexes
from refract.rules.kit.rule import rule

_MOST = 8


@rule(Severity.INFO, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that gets too many, once."""
    for name, change in {name: change for name, _, change in new_indexes(context)}.items():
        table = context.after.tables.get(name)
        count = len(table.indexes) if table else 0
        if count > _MOST:
            yield Risk(
                key=str(name),
                what=f"{table_label(context, name)} would have {count} indexes",
                harm=(harm(Effect.EVERY_INSERT_WRITES_INDEXES),),
                now=(action(Do.DROP_UNUSED_INDEXES),),
                change=change,
            )
