"""A field with a default is removed, and SQL Server refuses to drop its column.

## What it does
Finds dropped columns that have a default in the database.

## Why it is risky
SQL Server keeps a default as a constraint. Prisma's migration drops the column without dropping the constraint first,
which fails with error 5074: "The object ... is dependent on column".

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
}
```

## Safer way
Put `ALTER TABLE [User] DROP CONSTRAINT [User_role_df];` before the statement in the migration.
Check the name of the constraint in the database, because it can differ. Until then, keep the field.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  role String @default("user")
}
```

## When to ignore it
When the migration drops the constraint.

## Providers
SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here
from refract.rules.kit.recipes import field_dropped
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change, DropColumn, RecreateColumn, TableChange
from refract.schema.model import Column, QualifiedName


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped column with a default that still exists."""
    if not context.behaviour.defaults_are_constraints or any(s.says("DROP", "CONSTRAINT") for s in context.statements):
        return
    for change in context.diff.changes:
        column = _dropped_column(context, change)
        if column is None or column.default is None or not isinstance(change, TableChange):
            continue
        name = column.default_name or context.provider.default_constraint_name(change.table.name, column.name)
        yield Risk(
            key=f"{change.table}.{column.name}",
            what=f"Dropping {column_label(context, change.table, column)} fails because of its default",
            harm=(harm(Effect.DEFAULT_IS_A_CONSTRAINT),),
            now=(
                action(Do.PUT_BEFORE_STATEMENT, sql=_drop_constraint(context, change.table, name)),
                *(field_dropped(context, change) if isinstance(change, DropColumn) else ()),
            ),
            change=change,
            related=created_here(f"Column {code_span(column.name)}", column.origin),
        )


def _drop_constraint(context: RuleContext, table: QualifiedName, constraint: str) -> str:
    quote = context.provider.quote
    return f"ALTER TABLE {quote(table.name)} DROP CONSTRAINT {quote(constraint)};"


def _dropped_column(context: RuleContext, change: Change) -> Column | None:
    match change:
        case DropColumn(column=column) | RecreateColumn(before=column) if not context.is_new(change.table):
            return column
    return None
