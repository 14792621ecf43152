"""A type change makes Prisma drop the column and add it again, empty.

## What it does
Finds type changes for which Prisma knows no cast, such as `String` to `Int`, or a single value to a list.

## Why it is risky
The column is dropped with all its values and added again under the same name, empty.
If the field is required and has no default, the migration fails if the table has any row.

## Example
```prisma before
model User {
  id  Int     @id @default(autoincrement())
  age String?
}
```
```prisma after
model User {
  id  Int  @id @default(autoincrement())
  age Int?
}
```

## Safer way
1. Add a field of the new type next to the old one.
2. Copy the values.
3. Switch to the new field.
4. Drop the old field.
```prisma after
model User {
  id     Int     @id @default(autoincrement())
  age    String?
  ageNew Int?
}
```
If the app can be down for a while, edit the migration instead.
On PostgreSQL, `ALTER COLUMN ... TYPE ... USING ...` converts the values in place.

## When to ignore it
If you do not need the values.

## Providers
All SQL databases. On CockroachDB nearly every type change is affected.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, created_here, table_label
from refract.rules.kit.recipes import type_change
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import CreateEnum, DropEnum, RecreateColumn

_NEW_FIELD = (
    action(Do.ADD_FIELD_OF_NEW_TYPE),
    action(Do.COPY_VALUES_IN_BATCHES),
    action(Do.SWITCH_TO_NEW_FIELD),
)


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that is dropped and added under the same name."""
    renamed = {
        (d.enum.name, r.added.enum.name) for r, d in context.renames(DropEnum) if isinstance(r.added, CreateEnum)
    }
    for change in context.on_existing(RecreateColumn):
        if (change.before.type.enum, change.after.type.enum) in renamed:
            continue  # another rule finds renamed enums
        yield Risk(
            key=f"{change.table}.{change.after.name}",
            what=_what(context, change),
            harm=_harm(context, change),
            now=_actions(context, change),
            change=change,
            related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
            severity=Severity.WARNING if _is_copied(context, change) and not _fails_on_rows(context, change) else None,
        )


def _is_copied(context: RuleContext, change: RecreateColumn) -> bool:
    return rows_before(context, change).has_copied(change.table, change.before.name)


def _what(context: RuleContext, change: RecreateColumn) -> str:
    label = column_label(context, change.table, change.after)
    lost = "values not copied above" if _is_copied(context, change) else "its values"
    return f"Changing the type of {label} deletes {lost}"


def _harm(context: RuleContext, change: RecreateColumn) -> Iterator[Harm]:
    if _is_copied(context, change):
        yield harm(Effect.VALUES_LOST_UNLESS_COPIED)
    else:
        numbered = change.after.auto_increment
        effect = Effect.COLUMN_RECREATED_NUMBERED if numbered else Effect.COLUMN_WITHOUT_CAST_RECREATED_EMPTY
        yield harm(effect, column=code_span(change.after.name))
    if _fails_on_rows(context, change):
        yield harm(Effect.FAILS_ON_ROWS, table=table_label(context, change.table))


def _fails_on_rows(context: RuleContext, change: RecreateColumn) -> bool:
    after = change.after
    has_value = after.nullable or after.default is not None or after.auto_increment or after.type.is_list
    may_have_rows = not rows_before(context, change).is_empty(change.table)
    return may_have_rows and not (has_value or context.behaviour.implicit_value)


def _actions(context: RuleContext, change: RecreateColumn) -> tuple[AnyAction, ...]:
    if _is_copied(context, change):
        return (action(Do.COUNT_COPIED_VALUES),)
    return (*_NEW_FIELD, *(type_change(context, change) or (instead(Do.WRITE_CONVERSION),)))
