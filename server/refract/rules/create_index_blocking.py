"""An index is built on a table in use, and writes wait for it.

## What it does
Finds new indexes on tables that exist, where the database keeps writers waiting while it builds them.

## Why it is risky
Common advice calls a new index harmless. It is not: PostgreSQL's plain `CREATE INDEX`, which is what Prisma writes,
takes a SHARE lock. Reads go on, but every INSERT, UPDATE and DELETE waits until the index is complete,
which takes seconds per million rows, and longer behind an open transaction that has written to the table.

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
On PostgreSQL, let the migration say `CREATE INDEX CONCURRENTLY`, and nothing else:
it cannot run inside a transaction, and a file with a single statement is not run in one.
The schema is the same, so the way to say "this is taken care of" is to edit the migration.
An index that comes with its table costs nothing:
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
When the table is small, or nothing writes to it while the migration runs.

## Providers
PostgreSQL, SQL Server (offline build) and SQLite, which locks the whole file.
MySQL and MariaDB build ordinary indexes while writes go on; full-text indexes do block them.
CockroachDB builds every index online, and MongoDB yields to other work while it builds one.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.indexes import BuiltIndex, built_indexes, index_key, severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import blocked, table_label
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index that is not unique and keeps queries waiting."""
    for built in built_indexes(context):
        if not built.index.unique and built.blocks:
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
