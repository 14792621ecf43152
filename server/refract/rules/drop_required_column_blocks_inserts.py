"""A required field without a default is ignored, so every insert fails.

## What it does
Finds fields that get `@ignore` while their column is `NOT NULL` and has no default in the database.

## Why it is risky
No SQL runs, so the migration succeeds. But Prisma Client built from this schema leaves the column out,
and every `INSERT` fails because the column must not be `NULL`.

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
Make the field optional in the same change, or give it a default that the database sets.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String? @ignore
}
```

## When to ignore it
When a trigger fills the column, or no code inserts rows.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here, field_name
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.model import Column, Database, QualifiedName


@rule(Severity.ERROR, SQL, SCHEMA_ONLY, unchanged=True)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each ignored field that deployed code still fills. The schema at the base shows what was ignored; migrations do not."""
    unfilled = [
        (table.name, column)
        for table in context.judged_unchanged
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
                what=f"Ignoring required {column_label(context, name, column)} makes every insert fail",
                harm=(harm(Effect.IGNORED_FIELD_NOT_FILLED, field=_label(column)),),
                now=(
                    action(Do.MAKE_OPTIONAL, field=_label(column)),
                    instead(Do.GIVE_DATABASE_DEFAULT, field=_label(column)),
                ),
                change=None,
                origin=column.origin,
                related=created_here(f"Column {code_span(column.name)}", filled.origin),
            )


def _label(column: Column) -> str:
    return code_span(field_name(column))


def _needs_value(column: Column) -> bool:
    given = column.default is not None or column.auto_increment or column.generated is not None
    return not (column.nullable or given or column.type.is_list)


def _filled(deployed: Database, name: QualifiedName, column: Column) -> Column | None:
    """The column as the deployed schema has it, unless ignored there."""
    table = deployed.tables.get(name)
    known = table.column(column.name) if table else None
    return None if known is None or known.ignored else known
