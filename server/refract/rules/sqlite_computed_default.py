"""SQLite refuses a new column whose default is computed, if the table has rows.

## What it does
Finds `ADD COLUMN` with `DEFAULT CURRENT_TIMESTAMP` or an expression, on tables that may have rows.

## Why it is risky
SQLite writes no row when it adds a column, so the default must be a constant.
The statement succeeds on an empty table, such as that of a developer, and fails where the table has rows.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP;
```

## Safer way
Add the column with a constant default, and set the values of existing rows.
To give new rows a computed default, recreate the table as Prisma does.
```sql migration
ALTER TABLE "User" ADD COLUMN "createdAt" DATETIME NOT NULL DEFAULT 0;
UPDATE "User" SET "createdAt" = CURRENT_TIMESTAMP;
```

## When to ignore it
When the table is empty in every database.

## Providers
SQLite, D1, libSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, table_label
from refract.rules.kit.rebuilds import rebuilt_tables
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import rule
from refract.schema.changes import AddColumn
from refract.schema.model import Default, DefaultKind

_BLOB = re.compile(r"(?i)x'[0-9a-f]*'")


@rule(Severity.ERROR, frozenset({"sqlite"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each such column, unless the table is copied or empty."""
    copied = {rebuilt.table for rebuilt in rebuilt_tables(context)}
    for change in context.on_existing(AddColumn):
        default = change.column.default
        if default is None or not _is_computed(default) or change.table in copied:
            continue
        if rows_before(context, change).is_empty(change.table):
            continue
        yield Risk(
            key=f"{change.table}.{change.column.name}",
            what=f"Adding {column_label(context, change.table, change.column)} with a computed default fails on existing rows",
            harm=(
                harm(Effect.FAILS_ON_ROWS, table=table_label(context, change.table)),
                harm(Effect.DEFAULT_MUST_BE_CONSTANT),
            ),
            now=(
                action(Do.ADD_WITH_CONSTANT_DEFAULT, field=code_span(change.column.name)),
                action(Do.FILL_ROWS),
                instead(Do.RECREATE_TABLE_WITH_COLUMN),
            ),
            change=change,
        )


def _is_computed(default: Default) -> bool:
    if default.kind is DefaultKind.NOW:
        return True
    return default.kind is DefaultKind.EXPRESSION and not _BLOB.fullmatch(default.text)
