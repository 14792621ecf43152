"""Writes wait while an index is built on a table in use.

## What it does
Finds new indexes on existing tables, if the database blocks writes during the build.

## Why it is risky
A new index is often called harmless, but Prisma writes a plain `CREATE INDEX`, which takes a SHARE lock on PostgreSQL.
Reads continue, but every INSERT, UPDATE and DELETE waits until the index is complete.
That takes seconds per million rows, and longer behind an open transaction that has written to the table.

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
  email String

  @@index([email])
}
```

## Safer way
On PostgreSQL, edit the migration to use `CREATE INDEX CONCURRENTLY`, as the only statement in its file.
The statement cannot run inside a transaction, and Prisma runs a file with a single statement without one.
The schema is the same either way, so only the migration needs an edit.
An index that is created with its table blocks nothing:
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}

model Login {
  id    Int    @id @default(autoincrement())
  email String

  @@index([email])
}
```

## When to ignore it
If the table is small, or unused by writes while the migration runs.

## Providers
PostgreSQL, SQL Server (offline build) and SQLite, which locks the whole file.
MySQL and MariaDB build ordinary indexes while writes continue. Full-text indexes block writes.
CockroachDB builds every index online, and MongoDB yields to other work during a build.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.indexes import BuiltIndex, built_indexes, index_key, severity
from refract.rules.kit.labels import blocked, table_label
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import rule
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index that is not unique and keeps queries waiting."""
    for built in built_indexes(context):
        if (
            not built.index.unique
            and built.blocks
            and not rows_before(context, built.change).is_empty(built.change.table)
        ):
            table = table_label(context, built.change.table)
            yield Risk(
                key=index_key(built),
                what=f"Building {_what_index(built)} on {table} {blocked(built.operation)}",
                harm=blocking(built.operation, table),
                now=cures(built.operation),
                change=built.change,
                severity=severity(built),
            )


def _what_index(built: BuiltIndex) -> str:
    columns = [c.name for c in built.index.columns if c.name]
    return f"the index of {listed(columns)}" if columns else "this index"
