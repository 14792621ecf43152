"""An index is dropped, and the table is locked for it.

## What it does
Finds indexes that go, other than unique ones, from tables that stay.

## Why it is risky
PostgreSQL takes an ACCESS EXCLUSIVE lock on the table: for a moment only, but behind a transaction that is still running
the DROP INDEX waits, and every later query waits behind it. A query that used the index is slow from then on.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String
}
```

## Safer way
Make sure that nothing uses the index (`pg_stat_user_indexes.idx_scan`), then drop it with
`DROP INDEX CONCURRENTLY`, alone in a migration of its own. Until then the schema keeps it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```

## When to ignore it
When no long transactions use the table, and no query uses the index.

## Providers
PostgreSQL. Elsewhere the drop waits for nobody worth mentioning.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.behaviour import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.indexes import replaces_nothing
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, cure, sentences, table_label, who_waits
from refract.schema.changes import DropIndex
from refract.wording import listed


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index that goes by itself. What a unique one guards matters more: that is another rule."""
    if context.behaviour.drop_index.blocks is Blocks.NOTHING:
        return
    for change in context.on_existing(DropIndex):
        if not (change.concurrently or change.index.unique) and replaces_nothing(context, change):
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=_message(context, change),
                change=change,
                related=created_here(f"Index `{change.index.name}`", change.index.origin),
            )


def _message(context: RuleContext, change: DropIndex) -> str:
    table = table_label(context, change.table)
    operation = context.behaviour.drop_index
    columns = [c.name for c in change.index.columns if c.name]
    return sentences(
        f"The index {f'on {listed(columns)} ' if columns else ''}of {table} is dropped: queries that use it become slow.",
        who_waits(operation, table),
        cure(operation),
    )
