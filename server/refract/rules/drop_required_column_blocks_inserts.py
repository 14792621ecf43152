"""A required field without a default is ignored, and nothing fills it any more.

## What it does
Finds fields that get `@ignore` while their column must hold a value and the database has none to give.

## Why it is risky
No SQL runs, so nothing fails yet. But Prisma Client built from this schema leaves the column out,
and every INSERT fails, since it must not be NULL.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name String
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @ignore
}
```

## Safer way
Make the field optional with it, or give it a default in the database.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String? @ignore
}
```

## When to ignore it
When a trigger fills the column, or nothing inserts rows.

## Providers
All with columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.rules.kit.words import column_label, created_here
from refract.schema.model import Column, Database, QualifiedName


@rule(Severity.ERROR, SQL, SCHEMA_ONLY, unchanged=True)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each field that what runs still fills. Migrations do not know what is ignored: the schema at the base does."""
    unfilled = [
        (table.name, column)
        for table in context.after.tables.values()
        if table.ignored_columns and not table.ignored
        for column in table.ignored_columns
        if _needs_value(column)
    ]
    deployed = context.deployed if unfilled else None
    for name, column in unfilled:
        filled = _filled(deployed, name, column) if deployed else None
        if filled is not None:
            yield Risk(
                key=f"{name}.{column.name}",
                what=f"{column_label(context, name, column)} is required and has no default, and with `@ignore` "
                "Prisma Client no longer fills it: every INSERT fails. "
                "Make it optional, or give it a default in the database.",
                change=None,
                origin=column.origin,
                related=created_here(f"Column `{column.name}`", filled.origin),
            )


def _needs_value(column: Column) -> bool:
    given = column.default is not None or column.auto_increment or column.generated is not None
    return not (column.nullable or given or column.type.is_list)


def _filled(deployed: Database, name: QualifiedName, column: Column) -> Column | None:
    """The column as running code knows it, if it does."""
    table = deployed.tables.get(name)
    known = table.column(column.name) if table else None
    return None if known is None or known.ignored else known
