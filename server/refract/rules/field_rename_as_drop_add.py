"""A field is renamed, so Prisma drops its column and adds an empty one.

## What it does
Finds a removed field and a similar new field in the same model: same type, same attributes, same position,
or a similar name. A changed `@map` counts too.

## Why it is risky
Prisma compares two schemas and cannot see that a field was renamed.
Its migration drops the old column, with all its values, and adds a new one.
If the new field is required and has no default, the migration fails if the table has rows.
If the new field is optional, the migration succeeds and the values are lost.

## Example
```prisma before
model User {
  id   Int    @id @default(autoincrement())
  name String
}
```
```prisma after
model User {
  id       Int    @id @default(autoincrement())
  fullName String
}
```

## Safer way
Keep the column with `@map` and rename only the field. No SQL runs.
```prisma after
model User {
  id       Int    @id @default(autoincrement())
  fullName String @map("name")
}
```
To rename the column itself while old and new app instances run, take small steps.
Add the new column, write to both, and copy the old values. Read from the new column, and drop the old one last.
If you can stop the app, write `RENAME COLUMN` in the migration. Instances that use the old name then fail.

## When to ignore it
When the two fields are unrelated, and you do not need the old values.

## Providers
All databases. On MongoDB nothing is dropped: the documents keep the value under the old name, where Prisma Client does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.code import field_in_code, field_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import created_here, field_name, table_label
from refract.rules.kit.recipes import offered, synchronised_by
from refract.rules.kit.rule import rule
from refract.schema.changes import AddColumn, DropColumn
from refract.schema.model import Column


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped column that is probably a renamed one."""
    for rename, dropped in context.renames(DropColumn):
        if isinstance(rename.added, AddColumn):
            code = field_in_code(context, dropped.table, dropped.column)
            old, new = _names(dropped.column, rename.added.column)
            yield Risk(
                key=f"{dropped.table}.{dropped.column.name}",
                what=_headline(context, old, new),
                harm=(*_harm(context, dropped, rename.added), *code.harm),
                now=_actions(context, dropped, rename.added),
                change=rename.added,
                rename=rename,
                related=(
                    *created_here(f"Column {code_span(dropped.column.name)}", dropped.column.origin),
                    *code.places,
                ),
            )


def _names(dropped: Column, added: Column) -> tuple[str, str]:
    """The fields' names; the columns' if the field keeps its name and only its column is renamed."""
    if field_name(dropped) != field_name(added):
        return field_name(dropped), field_name(added)
    return dropped.name, added.name


def _headline(context: RuleContext, old: str, new: str) -> str:
    return f"Renaming {code_span(old)} to {code_span(new)} {'hides' if context.behaviour.schemaless else 'deletes'} its values"


def _harm(context: RuleContext, dropped: DropColumn, added: AddColumn) -> Iterator[Harm]:
    if context.behaviour.schemaless:
        yield harm(Effect.DOCUMENTS_KEEP_OLD_NAME, old=code_span(dropped.column.name))
        return
    yield harm(
        Effect.COLUMN_DROPPED_AND_ADDED_WITH_DEFAULT
        if _has_values(added.column)
        else Effect.COLUMN_DROPPED_AND_ADDED_EMPTY,
        old=code_span(dropped.column.name),
        new=code_span(added.column.name),
    )
    if not context.migration and _fails_on_rows(context, added.column):  # of SQL, another rule says it
        yield harm(Effect.FAILS_ON_ROWS, table=table_label(context, added.table))


def _has_values(column: Column) -> bool:
    return column.default is not None or column.auto_increment


def _fails_on_rows(context: RuleContext, column: Column) -> bool:
    needs_value = column.default is None and not column.nullable and not column.auto_increment
    return needs_value and not context.behaviour.implicit_value


def _actions(context: RuleContext, dropped: DropColumn, added: AddColumn) -> Iterator[AnyAction]:
    yield action(
        Do.ADD_ATTRIBUTE,
        attribute=f"@map({prisma_string(dropped.column.name)})",
        field=code_span(field_name(added.column)),
    )
    if context.behaviour.schemaless:
        return
    if field_name(dropped.column) != field_name(added.column):
        subject = str(field_target(context, dropped.table, dropped.column))
        how = synchronised_by(context) or "trigger"  # by default, the recipe keeps the column
        yield from offered(context, "rename-field", subject, to=field_name(added.column), how=how)
    yield instead(Do.RENAME_COLUMN_WHILE_STOPPED)
