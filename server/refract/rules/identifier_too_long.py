"""A name is longer than the database keeps, and is cut without a word.

## What it does
Finds new tables, columns, indexes and constraints with names over the limit of the database.

## Why it is risky
PostgreSQL cuts names to 63 bytes. The migration runs, but the object has another name than the schema says,
so that later migrations rename it or miss it, and two names that are cut to the same fail. Other databases refuse the name.

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
  name String @map("the_name_by_which_this_user_would_like_to_be_called_in_letters_and_mails")
}
```

## Safer way
Give it a shorter name with `map:`, `@map` or `@@map`.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @map("salutation")
}
```

## When to ignore it
Never: a shorter name costs nothing now.

## Providers
PostgreSQL (63 bytes), MySQL (64), SQL Server (128). SQLite keeps any name.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AddForeignKey, Change, CreateIndex, CreateTable
from refract.schema.model import Table
from refract.text import Origin

_Named = tuple[str, str, Origin | None]


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name that does not fit."""
    limit = context.provider.identifier_limit
    if limit is None:
        return
    for change in context.diff.changes:
        for what, name, origin in _names(change):
            size = len(name.encode())
            if size > limit:
                yield Risk(
                    key=f"{what}.{name}",
                    what=f"The name of the {what} `{name}` takes {size} bytes, and this database keeps {limit}: "
                    "it is cut or refused. Give it a shorter one with `map`.",
                    change=change,
                    origin=origin or change.origin,
                )


def _names(change: Change) -> Iterator[_Named]:
    match change:
        case CreateTable(table=table):
            yield from _in_table(table)
        case AddColumn(column=column):
            yield "column", column.name, column.origin
        case CreateIndex(index=index):
            yield "index", index.name, index.origin
        case AddForeignKey(foreign_key=key):
            yield "foreign key", key.name, key.origin


def _in_table(table: Table) -> Iterator[_Named]:
    yield "table", table.name.name, table.origin
    yield from (("column", c.name, c.origin) for c in table.columns)
    yield from (("index", i.name, i.origin) for i in table.indexes)
    yield from (("foreign key", k.name, k.origin) for k in table.foreign_keys)
