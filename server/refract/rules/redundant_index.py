"""A new index serves no query that another index does not serve.

## What it does
Finds new indexes whose fields are the first ones of another index, unique or key of the same model, except in the first migration of a project.

## Why it is risky
An index on `(a, b)` also serves every query by `a`. The second index costs space and time on every write and has no benefit.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  a     Int
  b     Int

  @@index([a, b])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  a     Int
  b     Int

  @@index([a, b])
  @@index([a])
}
```

## Safer way
Leave out the second index.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  a     Int
  b     Int

  @@index([a, b])
  @@index([b])
}
```

## When to ignore it
When the longer index is much wider, and queries by its first field are frequent.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.new import new_indexes
from refract.rules.kit.rule import rule
from refract.schema.model import Index, IndexColumn, Table
from refract.wording import listed


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new index that is the beginning of another."""
    if context.begins_history:
        return
    for name, index, change in new_indexes(context):
        table = context.after.tables.get(name)
        covered = _covering(table, index) if table else None
        if covered is not None:
            yield Risk(
                key=f"{name}.{index.name}",
                what=f"The index on {listed(c.name for c in index.columns)} of {table_label(context, name)} is redundant",
                harm=(covered,),
                now=(action(Do.REMOVE_INDEX),),
                change=change,
                origin=index.origin,
            )


def _covering(table: Table, index: Index) -> Harm | None:
    """What makes a plain index redundant; None if nothing does. Of two equal ones, only the second is redundant."""
    if index.unique or not _is_plain(index):
        return None
    if table.primary_key and _begins(table.primary_key.columns, index.columns):
        return harm(Effect.SERVED_BY_PRIMARY_KEY)
    place = table.indexes.index(index) if index in table.indexes else len(table.indexes)
    for at, other in enumerate(table.indexes):
        wider = len(other.columns) > len(index.columns) or other.unique or at < place
        if at != place and wider and _is_plain(other) and _begins(other.columns, index.columns):
            return harm(Effect.SERVED_BY_OTHER_INDEX, other=code_span(other.name))
    return None


def _is_plain(index: Index) -> bool:
    return index.type == "BTREE" and index.where is None and index.valid and all(c.name for c in index.columns)


def _begins(longer: Sequence[IndexColumn], shorter: Sequence[IndexColumn]) -> bool:
    return tuple(_part(c) for c in longer[: len(shorter)]) == tuple(_part(c) for c in shorter)


def _part(column: IndexColumn) -> tuple[object, ...]:
    return column.name, column.sort, column.length, column.ops
