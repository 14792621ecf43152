"""A unique index is dropped, so code that finds or upserts rows by its fields breaks.

## What it does
Finds dropped unique indexes whose fields stay.

## Why it is risky
On PostgreSQL, CockroachDB and SQLite, app instances built from the old schema upsert with `ON CONFLICT` on these fields,
which fails without the index.
Rows can get duplicate values, which later prevent a new unique index.
There, `findUnique` and `connect` also take any of several duplicates, and `update` changes all of them before it fails.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```

## Safer way
First deploy code that does not rely on the fields being unique. Then drop the index.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## When to ignore it
When no code finds, connects or upserts rows by these fields.

## Providers
All databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.indexes import drops_only_the_index, guards_values
from refract.rules.kit.labels import created_here, table_label
from refract.rules.kit.rule import rule
from refract.schema.changes import DropIndex
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each unique index that is dropped without a replacement."""
    for change in context.on_existing(DropIndex):
        if drops_only_the_index(context, change) and guards_values(context, change):
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=_what(context, change),
                harm=_harm(context, change),
                now=_actions(context, change),
                change=change,
                related=created_here(f"Index {code_span(change.index.name)}", change.index.origin),
            )


def _what(context: RuleContext, change: DropIndex) -> str:
    breaks = context.behaviour.upserts_by_conflict
    return f"Dropping this unique index {'breaks upserts by' if breaks else 'allows duplicates of'} {_columns(change)}"


def _columns(change: DropIndex) -> str:
    return listed(c.name or "an expression" for c in change.index.columns)


def _harm(context: RuleContext, change: DropIndex) -> Iterator[AnyHarm]:
    table = table_label(context, change.table)
    if context.behaviour.upserts_by_conflict:
        yield harm(Effect.UPSERTS_FAIL, table=table, fields=_columns(change))
    yield harm(Effect.DUPLICATES_ALLOWED, table=table, key=_columns(change))
    if context.behaviour.upserts_by_conflict:
        yield harm(Effect.DUPLICATES_UPDATED)
    if not change.concurrently:
        yield from blocking(context.behaviour.drop_index, table)


def _actions(context: RuleContext, change: DropIndex) -> Iterator[Action]:
    yield action(Do.STOP_RELYING_ON_UNIQUE, fields=_columns(change))
    if not change.concurrently:
        yield from cures(context.behaviour.drop_index)
