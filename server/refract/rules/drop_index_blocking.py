"""Dropping an index locks its table.

## What it does
Finds dropped indexes on tables that stay. Another rule reports unique indexes, unless the fields stay unique.

## Why it is risky
PostgreSQL takes an ACCESS EXCLUSIVE lock on the table. The lock itself is brief, but `DROP INDEX` waits for running transactions,
and every later query on the table waits behind it. Queries that used the index become slow.

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
Keep the index in the schema until no query uses it (`pg_stat_user_indexes.idx_scan`).
Then drop it with `DROP INDEX CONCURRENTLY`, alone in a separate migration.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```

## When to ignore it
When no long transaction uses the table, and no query uses the index.

## Providers
PostgreSQL. Other databases drop an index without blocking queries for long.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Blocks
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, blocking, harm
from refract.rules.kit.indexes import drops_only_the_index, guards_values, index_attribute
from refract.rules.kit.labels import created_here, model_name, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import DropIndex
from refract.wording import listed


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index that is dropped alone. Another rule reports those that keep values unique."""
    operation = context.behaviour.drop_index
    if operation.blocks is Blocks.NOTHING:
        return
    for change in context.on_existing(DropIndex):
        if not change.concurrently and drops_only_the_index(context, change) and not guards_values(context, change):
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=_headline(context, change),
                harm=(*blocking(operation, table_label(context, change.table)), *_slow(context, change)),
                now=(*_check(context, change), *cures(operation), *_keep(context, change)),
                change=change,
                related=created_here(f"Index {code_span(change.index.name)}", change.index.origin),
            )


def _keep(context: RuleContext, change: DropIndex) -> tuple[Action, ...]:
    """The line by which a schema keeps an index that was written by hand."""
    table = context.before.tables.get(change.table)
    attribute = index_attribute(change.index, table) if table and context.migration else ""
    model = code_span(model_name(context, change.table))
    return (instead(Do.ADD_ATTRIBUTE, attribute=attribute, field=model),) if attribute else ()


def _slow(context: RuleContext, change: DropIndex) -> tuple[Harm, ...]:
    return () if _is_replaced(context, change) else (harm(Effect.INDEX_QUERIES_SLOW),)


def _check(context: RuleContext, change: DropIndex) -> tuple[Action, ...]:
    return () if _is_replaced(context, change) else (action(Do.CHECK_INDEX_UNUSED),)


def _is_replaced(context: RuleContext, change: DropIndex) -> bool:
    """Whether an index that remains or is created, or the primary key, begins with the same columns."""
    table, columns = context.after.tables.get(change.table), change.index.columns
    others = table.indexes if table else ()
    if table and table.primary_key and table.primary_key.columns[: len(columns)] == columns:
        return True
    return any(i.type == change.index.type and i.where is None and i.columns[: len(columns)] == columns for i in others)


def _headline(context: RuleContext, change: DropIndex) -> str:
    columns = [c.name for c in change.index.columns if c.name]
    index = f"the index on {listed(columns)}" if columns else "this index"
    return f"Dropping {index} locks {table_label(context, change.table)}"
