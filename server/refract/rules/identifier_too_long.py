"""A name is too long for the database, which cuts or refuses it.

## What it does
Finds new tables, columns, indexes and foreign keys whose names are over the limit of the database.

## Why it is risky
PostgreSQL cuts names to 63 bytes. The migration succeeds, but the object does not have the name that the schema sets.
Later migrations rename the object or do not find it. Two names that are cut to the same text fail.
Other databases refuse the name.

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
Set a shorter name with `map:`, `@map` or `@@map`.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name String @map("salutation")
}
```

## When to ignore it
Never: a shorter name costs nothing while the object is new.

## Providers
PostgreSQL (63 bytes), MySQL (64) and SQL Server (128). SQLite has no limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, AddForeignKey, Change, CreateIndex, CreateTable
from refract.schema.model import Table
from refract.text import Origin

_Named = tuple[str, str, Origin | None]


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name over the limit."""
    limit = context.provider.identifier_limit
    if limit is None:
        return
    for change in context.diff.changes:
        for kind, name, origin in _names(change):
            size = len(name.encode())
            if size > limit:
                yield Risk(
                    key=f"{kind}.{name}",
                    what=f"The {kind} name {code_span(name)} is too long",
                    harm=(harm(Effect.NAME_OVER_LIMIT, size=size, limit=limit),),
                    now=(action(Do.SHORTEN_NAME),),
                    change=change,
                    origin=origin or change.origin,
                )


def _names(change: Change) -> Iterator[_Named]:
    match change:
        case CreateTable(table=table):
            yield from _in_table(table)
        case AddColumn(column=column):
            yield "column", column.full_name or column.name, column.origin
        case CreateIndex(index=index):
            yield "index", index.name, index.origin
        case AddForeignKey(foreign_key=key):
            yield "foreign key", key.name, key.origin


def _in_table(table: Table) -> Iterator[_Named]:
    yield "table", table.full_name or table.name.name, table.origin
    yield from (("column", c.full_name or c.name, c.origin) for c in table.columns)
    yield from (("index", i.name, i.origin) for i in table.indexes)
    yield from (("foreign key", k.name, k.origin) for k in table.foreign_keys)
