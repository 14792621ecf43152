"""A field with a default goes, and SQL Server refuses to drop its column.

## What it does
Finds dropped columns that have a default in the database.

## Why it is risky
On SQL Server a default is a constraint of its own. Prisma's migration drops the column without it, which fails with
error 5074: "The object ... is dependent on column".

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
Drop the constraint first: put `ALTER TABLE [User] DROP CONSTRAINT [User_role_df];` before the statement of the migration,
with the constraint's name as it is in the database. Until then the field stays.
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

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here
from refract.schema.changes import Change, DropColumn, RecreateColumn, TableChange
from refract.schema.model import Column


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that goes while its default stands in the way."""
    if not context.behaviour.defaults_are_constraints or any(s.says("DROP", "CONSTRAINT") for s in context.statements):
        return
    for change in context.diff.changes:
        column = _going(context, change)
        if column is None or column.default is None or not isinstance(change, TableChange):
            continue
        name = column.default_name or context.provider.default_constraint_name(change.table.name, column.name)
        yield Risk(
            key=f"{change.table}.{column.name}",
            what=f"{column_label(context, change.table, column)} has a default, which SQL Server keeps as a constraint: "
            f"dropping the column fails (error 5074). Put `ALTER TABLE {context.provider.quote(change.table.name)} "
            f"DROP CONSTRAINT {context.provider.quote(name)};` before it.",
            change=change,
            related=created_here(f"Column `{column.name}`", column.origin),
        )


def _going(context: RuleContext, change: Change) -> Column | None:
    match change:
        case DropColumn(column=column) | RecreateColumn(before=column) if not context.is_new(change.table):
            return column
    return None
