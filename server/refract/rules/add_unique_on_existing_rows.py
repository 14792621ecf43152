"""Fields become unique on an existing model.

## What it does
Finds new unique indexes and constraints on tables that may have rows.

## Why it is risky
The migration fails if two rows have the same values.
The build of the index may block queries: PostgreSQL takes a SHARE lock, so every INSERT, UPDATE and DELETE waits.
App instances built from the old schema may still write duplicates, and those inserts fail after the migration.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## Safer way
Find and resolve the duplicates before the migration.
On PostgreSQL, use `CREATE UNIQUE INDEX CONCURRENTLY`, alone in its migration.
A failed build leaves an invalid index. Drop that index before the next attempt.
A unique field that is new, optional and empty has no duplicates, but its index is still built under the lock.
An index that is created with its table blocks nothing:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}

model Login {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## When to ignore it
If there are no duplicates, no app instance can write one during the migration, and the table is small.

## Providers
All. SQL Server and MongoDB treat two NULLs as duplicates. The others do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, AnyAction, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, blocking, harm
from refract.rules.kit.indexes import BuiltIndex, already_unique, built_indexes, index_key, severity
from refract.rules.kit.labels import blocked, model_name, table_label
from refract.rules.kit.recipes import offered, within_limit
from refract.rules.kit.row_state import RowState, rows_before
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateIndex, DropIndex
from refract.schema.model import Column, DefaultKind, IndexColumn
from refract.sql.transactions import shared_transactions
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each unique index that may find duplicates or blocks queries."""
    for built in built_indexes(context):
        if not built.index.unique or rows_before(context, built.change).is_empty(built.change.table):
            continue
        duplicates = _duplicates(context, built)
        if duplicates or built.blocks:
            certain = duplicates is not None and duplicates.effect is Effect.FAILS_ON_SAME_VALUE
            yield Risk(
                key=index_key(built),
                what=_what(context, built, duplicates),
                harm=(
                    *((duplicates,) if duplicates else ()),
                    *_nulls(context, built),
                    *blocking(built.operation, table_label(context, built.change.table)),
                ),
                now=_with_new_field(built) if certain else _actions(context, built, duplicates),
                change=built.change,
                severity=Severity.ERROR if certain else None if duplicates else severity(built),
            )


def _nulls(context: RuleContext, built: BuiltIndex) -> tuple[Harm, ...]:
    """What rows do that hold NULL, where that is a value like any other."""
    table = context.after.tables.get(built.change.table)
    columns = [table.column(part.name) for part in built.index.columns] if table else []
    optional = any(column is not None and column.nullable for column in columns)
    collide = context.behaviour.nulls_collide and not context.behaviour.schemaless
    return (harm(Effect.FAILS_ON_SECOND_NULL),) if collide and optional and built.index.where is None else ()


def _what(context: RuleContext, built: BuiltIndex, duplicates: Harm | None) -> str:
    subject = f"Making {_columns(built)} of {table_label(context, built.change.table)} unique"
    return f"{subject} {'fails on duplicates' if duplicates else blocked(built.operation)}"


def _columns(built: BuiltIndex) -> str:
    return listed(c.name or c.expression or "" for c in built.index.columns)


def _duplicates(context: RuleContext, built: BuiltIndex) -> Harm | None:
    """What duplicates would do; None if there can be none."""
    if already_unique(context, built.change.table, (c.name for c in built.index.columns), built.index.where):
        return harm(Effect.DUPLICATES_BETWEEN) if _is_dropped_and_committed(context, built) else None
    rows = rows_before(context, built.change)
    added = [context.added_column(built.change.table, c.name) for c in built.index.columns]
    if any(c is not None and _differs_by_row(context, c) for c in added):
        return None
    same = all(c is not None for c in added)
    table = table_label(context, built.change.table)
    if rows.has_deduplicated(built.change.table, [c.name for c in built.index.columns]):
        return None
    if _are_settled(rows, built):
        return harm(Effect.FAILS_ON_DUPLICATES_LEFT, table=table)
    if built.index.where is not None:
        return harm(Effect.FAILS_ON_DUPLICATES_WHERE, table=table, condition=code_span(built.index.where))
    return harm(Effect.FAILS_ON_SAME_VALUE if same else Effect.FAILS_ON_DUPLICATES, table=table)


def _is_dropped_and_committed(context: RuleContext, built: BuiltIndex) -> bool:
    """Whether an earlier transaction of the migration has dropped the unique index: rows can be inserted in between."""
    own, columns = context.statement_of(built.change), {part.name for part in built.index.columns}
    drops = (
        context.statement_of(change)
        for change in context.diff.changes
        if isinstance(change, DropIndex) and change.table == built.change.table and change.index.unique
        if {part.name for part in change.index.columns} == columns
    )
    groups = shared_transactions(context.statements, context.versions)
    return own is not None and any(
        drop is not None and drop is not own and not any(drop in group and own in group for group in groups)
        for drop in drops
    )


def _are_settled(rows: RowState, built: BuiltIndex) -> bool:
    return rows.has_settled(built.change.table, [c.name for c in built.index.columns if c.name])


def _differs_by_row(context: RuleContext, column: Column) -> bool:
    """Whether existing rows get values in the new column that are no duplicates of each other."""
    if column.auto_increment:
        return True
    if column.default is None:
        return not context.behaviour.nulls_collide if column.nullable else not context.behaviour.implicit_value
    return column.default.kind is DefaultKind.EXPRESSION


def _with_new_field(built: BuiltIndex) -> tuple[Action, ...]:
    return (
        action(Do.ADD_WITHOUT_UNIQUE, fields=_columns(built)),
        action(Do.FILL_WITH_DISTINCT_VALUES),
        action(Do.MAKE_UNIQUE_LAST, fields=_columns(built)),
    )


def _actions(context: RuleContext, built: BuiltIndex, duplicates: Harm | None) -> tuple[AnyAction, ...]:
    settled = duplicates is None or duplicates.effect is Effect.FAILS_ON_DUPLICATES_LEFT
    if duplicates is not None and duplicates.effect is Effect.DUPLICATES_BETWEEN:
        return (action(Do.WRITE_TRANSACTION),)
    find = () if settled else (action(Do.FIND_DUPLICATES),)
    return within_limit((*find, *cures(built.operation)), _plan(context, built))


def _plan(context: RuleContext, built: BuiltIndex) -> tuple[AnyAction, ...]:
    table, index = context.after.tables.get(built.change.table), built.index
    columns = [table.column(part.name) if table else None for part in index.columns]
    names = [column.field_name for column in columns if column is not None and column.field_name]
    plain = all(part == IndexColumn(part.name) for part in index.columns) and index.where is None
    is_new = any(context.added_column(built.change.table, part.name) for part in index.columns)
    if is_new or not (isinstance(built.change, CreateIndex) and plain and len(names) == len(columns)):
        return ()
    usual = context.provider.unique_name(built.change.table.name, [part.name for part in index.columns])
    custom = "" if index.name == usual else index.name
    return offered(context, "add-unique", model_name(context, built.change.table), fields=",".join(names), map=custom)
