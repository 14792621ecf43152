"""An optional field becomes required on a model that exists.

## What it does
Finds columns that become `NOT NULL`.

## Why it is risky
The migration fails if any row holds NULL. A `@default` does not help, because it fills new rows only.
The check can block the table: PostgreSQL scans all rows under an ACCESS EXCLUSIVE lock.
After the migration, app instances that still write NULL fail.
If the field is the key of a relation, Prisma also recreates the foreign key, with ON DELETE RESTRICT instead of SET NULL.
On PostgreSQL this locks both tables.

## Example
```prisma before
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```

## Safer way
1. Deploy code that never writes NULL.
2. Replace NULL in existing rows.
3. Make the field required in a later migration.
Until then, leave the field optional.
```prisma after
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```

## When to ignore it
When no row holds NULL, no app instance writes NULL, and the table is so small that the scan is brief.

## Providers
All databases. On SQLite a default is enough, because Prisma copies the table and replaces NULL with the default.
On MongoDB the change itself succeeds, but Prisma Client fails when it reads a document without a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, AnyAction, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes, restricts_since_required
from refract.rules.kit.harm import AnyHarm, Effect, Harm, blocking, harm
from refract.rules.kit.labels import column_label, created_here, field_name, model_name, table_label
from refract.rules.kit.recipes import offered, within_limit
from refract.rules.kit.row_state import Filled, rows_before
from refract.rules.kit.rule import rule
from refract.schema.changes import AlterColumn


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that becomes required."""
    for change in context.on_existing(AlterColumn):
        if _becomes_required(change) and not _is_filled(context, change) and not _is_proven(context, change):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_what(context, change),
                harm=_harm(context, change),
                now=_actions(context, change),
                change=change,
                severity=Severity.WARNING if _filled(context, change) is not Filled.NOTHING else None,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
            )


def _becomes_required(change: AlterColumn) -> bool:
    return change.before.nullable and not change.after.nullable and not change.before.type.is_list


def _is_filled(context: RuleContext, change: AlterColumn) -> bool:
    return context.behaviour.default_fills_nulls and change.after.default is not None


def _is_proven(context: RuleContext, change: AlterColumn) -> bool:
    """Whether a CHECK that holds for every row requires a value in the column: nothing fails, and nothing is scanned."""
    return rows_before(context, change).requires_value(change.table, change.before.name)


def _filled(context: RuleContext, change: AlterColumn) -> Filled:
    rows = rows_before(context, change)
    return Filled.ALL if rows.is_empty(change.table) else rows.filled(change.table, change.before.name)


def _is_empty(context: RuleContext, change: AlterColumn) -> bool:
    return rows_before(context, change).is_empty(change.table)


def _what(context: RuleContext, change: AlterColumn) -> str:
    required = f"Making {column_label(context, change.table, change.after)} required"
    match _filled(context, change):
        case Filled.ALL:
            return f"{required} breaks code that writes NULL"
        case Filled.SOME:
            return f"{required} fails on rows that are not filled above"
    return f"{required} {'breaks reads of old documents' if context.behaviour.schemaless else 'fails on NULL values'}"


def _harm(context: RuleContext, change: AlterColumn) -> Iterator[AnyHarm]:
    field, table = code_span(field_name(change.after)), table_label(context, change.table)
    if context.behaviour.schemaless:
        yield harm(Effect.DOCUMENTS_LACK_FIELD, model=code_span(model_name(context, change.table)), field=field)
        return
    yield from _harm_of_null(context, change, field, table)
    yield from _harm_to_relation(context, change)
    if not _is_empty(context, change):
        yield from blocking(context.behaviour.set_not_null, table)


def _harm_of_null(context: RuleContext, change: AlterColumn, field: str, table: str) -> Iterator[Harm]:
    default = _has_default(context, change)
    match _filled(context, change):
        case Filled.ALL:
            yield harm(Effect.EXPLICIT_NULL_WRITES_FAIL if default else Effect.NULL_WRITES_FAIL, field=field)
        case Filled.SOME:
            yield harm(Effect.FAILS_ON_NULL_LEFT, table=table)
        case _:
            yield harm(Effect.FAILS_ON_NULL_DESPITE_DEFAULT if default else Effect.FAILS_ON_NULL, table=table)


def _has_default(context: RuleContext, change: AlterColumn) -> bool:
    """Whether inserts that leave the column out get a value, from this migration on."""
    table = context.after.tables.get(change.table)
    column = table.column(change.after.name) if table else None
    return (column or change.after).default is not None


def _harm_to_relation(context: RuleContext, change: AlterColumn) -> Iterator[Harm]:
    """What else Prisma changes if the column refers to another table."""
    for key in key_changes(context):
        after = key.after
        if after is None or key.table != change.table or change.after.name not in after.columns:
            continue
        if restricts_since_required(context, key):
            parent = table_label(context, after.referenced_table)
            yield harm(Effect.ON_DELETE_RESTRICTED, after=str(after.on_delete), parent=parent)
            return


def _actions(context: RuleContext, change: AlterColumn) -> tuple[AnyAction, ...]:
    field = code_span(field_name(change.after))
    if context.behaviour.schemaless:
        return (action(Do.FILL_DOCUMENTS, field=field),)
    without_wait = () if _is_empty(context, change) else cures(context.behaviour.set_not_null)
    match _filled(context, change):
        case Filled.ALL:
            write = () if _has_default(context, change) else (action(Do.WRITE_FIELD_IN_CODE, field=field),)
            return (*write, *without_wait)
        case Filled.SOME:
            return (action(Do.COUNT_NULLS_LEFT, field=field), *without_wait)
    steps: tuple[Action, ...] = (action(Do.REPLACE_NULLS), *(without_wait or (action(Do.MAKE_REQUIRED_LAST),)))
    return within_limit(steps, _plan(context, change))


def _plan(context: RuleContext, change: AlterColumn) -> tuple[AnyAction, ...]:
    """The plan for a field of the same type. A key of a relation needs the relation's name, which only the schema has."""
    table = context.after.tables.get(change.table)
    in_relation = table is not None and any(change.after.name in key.columns for key in table.foreign_keys)
    if change.before.type != change.after.type or in_relation:
        return ()
    return offered(context, "make-field-required", f"{model_name(context, change.table)}.{field_name(change.after)}")
