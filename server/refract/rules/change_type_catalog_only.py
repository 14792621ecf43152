"""A type change that only updates the catalog still waits for a lock.

## What it does
Finds type changes that are brief at any table size, such as longer text or more digits.

## Why it is risky
No row is written, but the table is locked briefly.
If a running query or transaction uses the table, the change waits for it, and every later query waits behind the change.
On PostgreSQL, a `CHECK` that names the column is checked again for every row, and a partial index that names it is rebuilt.

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
from refract.providers.remade import build_again, built_again, check_again, checked_again
from refract.providers.type_changes import leaves_rows, loses_silently
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.labels import column_label, table_label
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of
from refract.schema.changes import AlterColumn, Cast, DropCheck, DropIndex


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type change that rewrites no row."""
    limited = gives_up_waiting(context)
    for change in context.on_existing(AlterColumn):
        remade = _remade(context, change) if cast_of(change) is Cast.SAFE and _is_cheap(context, change) else None
        if remade or (remade is not None and not limited):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_what(context, change, remade),
                harm=_harm(context, change, remade),
                now=_actions(change, remade),
                change=change,
                severity=Severity.WARNING if remade else None,
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


def _remade(context: RuleContext, change: AlterColumn) -> tuple[Operation, ...]:
    """What is built or checked again although no row is written, the slowest first."""
    table, known = context.before.tables.get(change.table), context.behaviour
    if _resorts(context, change):
        return (evolve(known.rewrite, work=Work.INDEX_REBUILD, cure=None, duration=Duration.SCAN),)
    if table is None or not known.remakes_on_type_change:
        return ()
    gone = {c.index.name for c in context.diff.changes if isinstance(c, DropIndex) and c.table == table.name}
    gone |= {c.check.name for c in context.diff.changes if isinstance(c, DropCheck) and c.table == table.name}
    name, provider = change.before.name, context.provider.name
    built = [index for index in built_again(table, name, provider) if index.name not in gone]
    checked = [check for check in checked_again(table, name, provider) if check.name not in gone]
    return (*((build_again(known),) if built else ()), *((check_again(known),) if checked else ()))


def _what(context: RuleContext, change: AlterColumn, remade: tuple[Operation, ...]) -> str:
    new = context.provider.render_type(change.after.type)
    subject = f"Changing {column_label(context, change.table, change.after)} to {code_span(new)}"
    if not remade:
        return f"{subject} waits for a lock"
    return f"{subject} {'scans the table' if remade[0].work is Work.ROW_CHECK else 'rebuilds its indexes'}"


def _harm(context: RuleContext, change: AlterColumn, remade: tuple[Operation, ...]) -> Iterator[AnyHarm]:
    if not remade:
        yield harm(Effect.QUEUES_BEHIND_LOCK_REQUEST)
        yield harm(Effect.CATALOG_ONLY)
    for operation in remade:
        yield from blocking(operation, table_label(context, change.table))
    if remade and change.after.type.name == "CITEXT":
        yield harm(Effect.FAILS_ON_CASE)


def _actions(change: AlterColumn, remade: tuple[Operation, ...]) -> Iterator[Action]:
    if not remade:
        yield from (action(Do.SET_LOCK_TIMEOUT), action(Do.RETRY_AFTER_TIMEOUT))
        return
    if change.after.type.name == "CITEXT":
        yield action(Do.FIND_CASE_DUPLICATES)
    cured = tuple(cure for operation in remade for cure in cures(operation))
    yield from cured
    yield (instead if cured else action)(Do.RUN_IN_QUIET_HOURS)
