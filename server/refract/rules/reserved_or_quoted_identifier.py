"""A new table or column has a name that SQL must quote.

## What it does
Finds new tables and columns whose name is a reserved word.

## Why it is risky
Prisma always quotes names. Hand-written queries, in a shell or a report, fail or, worse, return something else:
on PostgreSQL, `select user` returns the user of the session.

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
Map the field or model to another name.
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
All SQL databases. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.new import new_columns, new_tables
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import Change
from refract.text import Origin

_RESERVED = frozenset(
    {
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "current_date",
        "current_time",
        "current_user",
        "default",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "grant",
        "group",
        "having",
        "in",
        "initially",
        "intersect",
        "into",
        "key",
        "lateral",
        "leading",
        "limit",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "primary",
        "references",
        "returning",
        "select",
        "session_user",
        "some",
        "table",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "when",
        "where",
        "window",
        "with",
    }
)


@rule(Severity.INFO, SQL, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name that is a reserved word."""
    for kind, name, change, origin in _names(context):
        if name.lower() in _RESERVED:
            yield Risk(
                key=f"{kind}.{name}",
                what=f"{code_span(name)} is a reserved word of SQL",
                harm=(harm(Effect.NAME_MUST_BE_QUOTED, kind=kind),),
                now=(action(Do.MAP_TO_OTHER_NAME),),
                change=change,
                origin=origin,
            )


def _names(context: RuleContext) -> Iterator[tuple[str, str, Change, Origin | None]]:
    for table, created in new_tables(context):
        yield "table", table.name.name, created, table.origin
    for _, column, change in new_columns(context):
        yield "column", column.name, change, column.origin
