"""A new model references a model in use, and writes to that model wait briefly.

## What it does
Finds new tables with foreign keys to existing tables.

## Why it is risky
Adding a foreign key locks both tables, even if the new one is empty.
PostgreSQL takes a SHARE ROW EXCLUSIVE lock on the parent. The lock is brief,
but waits for transactions that have written to the parent, and later writes wait behind it.

## Example
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
```

## Safer way
Start the migration with `SET lock_timeout = '500ms';`, and retry if it times out.
A model without relations locks nothing:
```prisma after
model User {
  id Int @id
}

model Post {
  id       Int @id
  authorId Int
}
```

## When to ignore it
When no long transaction writes to the parent.

## Providers
PostgreSQL. Off by default, because most new models reference others and the lock is brief.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.providers.operation import Cure, Duration
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.labels import table_label
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import CreateTable
from refract.wording import joined

_MOST_NAMED = 2


@rule(Severity.INFO, SQL, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new table that references tables in use."""
    if not context.behaviour.locks_referenced_table or gives_up_waiting(context):
        return
    # The new table has no rows to check.
    brief = evolve(context.behaviour.add_foreign_key, duration=Duration.INSTANT, cure=Cure.SHORT_LOCK_TIMEOUT)
    for change in context.changes(CreateTable):
        table = context.after.tables.get(change.table.name, change.table)
        parents = dict.fromkeys(k.referenced_table for k in table.foreign_keys)
        known = [p for p in parents if p in context.before.tables and not context.is_new(p)]
        if known:
            labels = tuple(table_label(context, p) for p in known)
            yield Risk(
                key=str(table.name),
                what=_what(table_label(context, table.name), labels),
                harm=blocking(brief, *labels),
                now=cures(brief),
                change=change,
            )


def _what(table: str, parents: tuple[str, ...]) -> str:
    locked = joined(parents) if len(parents) <= _MOST_NAMED else f"{len(parents)} tables"
    return f"Creating {table} briefly blocks writes to {locked}"
