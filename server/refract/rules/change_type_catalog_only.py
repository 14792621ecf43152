"""A type change that only updates the catalog still waits for a lock.

## What it does
Finds type changes that are brief at any table size, such as longer text or more digits.

## Why it is risky
No row is written, but the table is locked briefly.
If a running query or transaction uses the table, the change waits for it, and every later query waits behind the change.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(50)
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(200)
}
```

## Safer way
Start the migration with `SET lock_timeout = '500ms';` and run the migration again if it times out. Or keep the type.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @db.VarChar(50)
}
```

## When to ignore it
If no long transactions use the table.

## Providers
PostgreSQL, MySQL, SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span
from refract.providers.operation import Duration, Operation, Work
from refract.providers.type_changes import leaves_rows, loses_silently
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.labels import column_label, table_label
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type change that rewrites no row."""
    for change in () if gives_up_waiting(context) else context.on_existing(AlterColumn):
        if cast_of(change) is Cast.SAFE and _is_cheap(context, change):
            resorts = _resorts(context, change)
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_what(context, change),
                harm=_harm(context, change),
                now=_actions(change) if resorts else (action(Do.SET_LOCK_TIMEOUT), action(Do.RETRY_AFTER_TIMEOUT)),
                change=change,
                severity=Severity.WARNING if resorts else None,
            )


def _is_cheap(context: RuleContext, change: AlterColumn) -> bool:
    before, after = change.before.type, change.after.type
    return leaves_rows(context.provider.name, before, after) and not loses_silently(before, after)


def _resorts(context: RuleContext, change: AlterColumn) -> bool:
    """Whether indexes on the column are rebuilt: CITEXT sorts differently from TEXT, with the same bytes."""
    table = context.before.tables.get(change.table)
    if table is None or (change.before.type.name == "CITEXT") is (change.after.type.name == "CITEXT"):
        return False
    keys = [index.columns for index in table.indexes]
    keys += [table.primary_key.columns] if table.primary_key else []
    return any(part.name == change.before.name for key in keys for part in key)


def _what(context: RuleContext, change: AlterColumn) -> str:
    new = context.provider.render_type(change.after.type)
    subject = f"Changing {column_label(context, change.table, change.after)} to {code_span(new)}"
    return f"{subject} rebuilds its indexes" if _resorts(context, change) else f"{subject} waits for a lock"


def _harm(context: RuleContext, change: AlterColumn) -> Iterator[AnyHarm]:
    if not _resorts(context, change):
        yield harm(Effect.QUEUES_BEHIND_LOCK_REQUEST)
        yield harm(Effect.CATALOG_ONLY)
        return
    yield from blocking(_index_rebuild(context.behaviour.rewrite), table_label(context, change.table))
    if change.after.type.name == "CITEXT":
        yield harm(Effect.FAILS_ON_CASE)


def _index_rebuild(rewrite: Operation) -> Operation:
    return evolve(rewrite, work=Work.INDEX_REBUILD, duration=Duration.SCAN)


def _actions(change: AlterColumn) -> tuple[Action, ...]:
    find = (action(Do.FIND_CASE_DUPLICATES),) if change.after.type.name == "CITEXT" else ()
    return (*find, action(Do.RUN_IN_QUIET_HOURS))
