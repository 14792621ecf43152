"""A default is changed or dropped, and older code that relies on it writes something else.

## What it does
Finds columns whose default in the database is changed or dropped.

## Why it is risky
Existing rows keep their values.
Prisma Client writes a plain default itself, so app instances built from the old schema still write the old value.
Inserts that leave the field to the database (`dbgenerated`, raw SQL, scripts) get the new default.
If there is no default and the field is required, they fail.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  role String @default("user")
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role String
}
```

## Safer way
Deploy code that writes the value itself, and drop the default in a later migration.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role String @default("user")
}
```

## When to ignore it
If no running code leaves out the field.

## Providers
All with defaults in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.diff.columns import column_changes
from refract.diff.traits import differ_traits
from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, created_here, field_name, model_name
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AlterColumn, Cast
from refract.schema.model import Column, DefaultKind, QualifiedName


@rule(Severity.INFO, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column of the same type whose default changes."""
    for change in _net(context.on_existing(AlterColumn)):
        if _changes(context, change) and (_fails(context, change) or not _is_new(context, change)):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_what(context, change),
                harm=_harm(context, change),
                now=_actions(context, change),
                change=change,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
                severity=Severity.WARNING if _breaks_inserts(context, change) else None,
            )


def _net(changes: Iterable[AlterColumn]) -> Iterator[AlterColumn]:
    """One change a column: a default that is dropped and set again in the same file has only that effect."""
    found: dict[tuple[QualifiedName, str], AlterColumn] = {}
    for change in changes:
        key = change.table, change.before.name
        first = found[key].before if key in found else change.before
        found[change.table, change.after.name] = evolve(change, before=evolve(change.before, default=first.default))
    yield from found.values()


def _changes(context: RuleContext, change: AlterColumn) -> bool:
    before, after = change.before, change.after
    table = context.after.tables.get(change.table)
    if table is None or table.column(after.name) is None:
        return False  # the column is dropped: SQL Server has to drop its default first
    counts = before.auto_increment or after.auto_increment
    if before.default is None or counts or change.cast is not Cast.NONE or before.default == after.default:
        return False
    changed = column_changes(before, after, change.cast, differ_traits(context.provider.name))
    return changed.default and not _value_is_removed(context, before)


def _value_is_removed(context: RuleContext, before: Column) -> bool:
    """Whether the default was a value that its enum no longer has, which other rules find."""
    enum = context.after.enums.get(before.type.enum) if before.type.enum else None
    return enum is not None and before.default is not None and all(v.name != before.default.text for v in enum.values)


def _is_new(context: RuleContext, change: AlterColumn) -> bool:
    """Whether the same migration adds the column: running code does not know it."""
    return context.added_column(change.table, change.before.name) is not None


def _fails(context: RuleContext, change: AlterColumn) -> bool:
    """Whether running code leaves the field to the database, which no longer has a value for it."""
    before, after = change.before.default, change.after
    left = before is not None and (before.kind is DefaultKind.EXPRESSION or _is_new(context, change))
    return left and after.default is None and not after.nullable and not after.type.is_list


def _breaks_inserts(context: RuleContext, change: AlterColumn) -> bool:
    lost = change.after.default is None and change.after.nullable
    return _fails(context, change) or (lost and _is_left_without_null(context, change))


def _what(context: RuleContext, change: AlterColumn) -> str:
    label = column_label(context, change.table, change.after)
    if _breaks_inserts(context, change):
        return f"Dropping the default of {label} breaks inserts"
    return f"Old app instances still write {code_span(context.provider.render_default(change.before))} into {label}"


def _harm(context: RuleContext, change: AlterColumn) -> Iterator[Harm]:
    if _fails(context, change):
        yield harm(Effect.INSERTS_LACK_DEFAULT, default=code_span(context.provider.render_default(change.before)))
        return
    new = context.provider.render_default(change.after)
    yield harm(Effect.SQL_GETS_NEW_DEFAULT, default=code_span(new)) if new else harm(_without_default(context, change))
    yield harm(Effect.EXISTING_ROWS_KEEP_VALUES)


def _without_default(context: RuleContext, change: AlterColumn) -> Effect:
    optional = change.after.nullable or change.after.type.is_list
    if optional and _is_left_without_null(context, change):
        return Effect.STRICT_INSERTS_FAIL
    return Effect.SQL_GETS_NO_DEFAULT if optional else Effect.SQL_INSERTS_FAIL


def _is_left_without_null(context: RuleContext, change: AlterColumn) -> bool:
    """Whether the column has no default at all after DROP DEFAULT, which Prisma writes too. MariaDB gives it NULL."""
    statement = context.statement_of(change)
    written = statement is None or statement.says("DROP", "DEFAULT")
    return context.behaviour.forgets_null_default and not context.versions.flavour and written


def _actions(context: RuleContext, change: AlterColumn) -> Iterator[AnyAction]:
    name = field_name(change.after)
    if change.after.default is not None:
        yield action(Do.CHECK_RAW_SQL, field=code_span(name))
        return
    if not _fails(context, change) and _breaks_inserts(context, change):
        yield action(Do.SET_DEFAULT_NULL)
        return
    yield action(Do.WRITE_FIELD_IN_CODE, field=code_span(name))
    yield action(Do.DROP_DEFAULT_LATER)
    if change.after.client_default is None:
        yield from offered(context, "change-default", f"{model_name(context, change.table)}.{name}")
