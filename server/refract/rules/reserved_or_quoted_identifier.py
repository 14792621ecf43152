"""A new table or column has a name that SQL must quote.

## What it does
Finds new names in the database that are words of SQL.

## Why it is risky
Prisma always quotes names. Everyone else, in a shell or a report, gets an error or, worse, another thing:
on PostgreSQL `select user` names the session's user.

## Example
```prisma before
model A {
  id Int @id
}
```
```prisma after
model A {
  id Int @id
}

model Order {
  id Int @id

  @@map("order")
}
```

## Safer way
Map it to another name.
```prisma after
model A {
  id Int @id
}

model Order {
  id Int @id

  @@map("orders")
}
```

## When to ignore it
When only Prisma reads the database.

## Providers
All with tables. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_columns, new_tables
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change
from refract.text import Origin

_WORDS = (
    "all analyse analyze and any array as asc both case cast check collate column constraint create current_date current_time "
    "current_user default desc distinct do else end except false fetch for foreign from grant group having in initially "
    "intersect into key lateral leading limit not null offset on only or order primary references returning select "
    "session_user some table then to trailing true union unique user using when where window with"
)
_RESERVED = frozenset(_WORDS.split())


@rule(Severity.INFO, SQL, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name that is a word of SQL."""
    for what, name, change, origin in _names(context):
        if name.lower() in _RESERVED:
            yield Risk(
                key=f"{what}.{name}",
                what=f"`{name}` is a word of SQL: whoever writes a query by hand must quote this {what}. "
                "Map it to another name.",
                change=change,
                origin=origin,
            )


def _names(context: RuleContext) -> Iterator[tuple[str, str, Change, Origin | None]]:
    for table, created in new_tables(context):
        yield "table", table.name.name, created, table.origin
    for _, column, change in new_columns(context):
        yield "column", column.name, change, column.origin
