"""A new name is not written as Prisma's conventions have it.

## What it does
Finds new models and enums that are not in PascalCase and singular words run together, and new fields that are not in camelCase.

## Why it is risky
Mixed styles make generated code hard to guess. Prisma's name is free to choose: the table and the column may keep another with `@@map` and `@map`.

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

model user_account {
  id Int @id
}
```

## Safer way
Write `UserAccount` and map it.
```prisma after
model A {
  id Int @id
}

model UserAccount {
  id Int @id

  @@map("user_account")
}
```

## When to ignore it
When the project has a convention of its own.

## Providers
All. Off unless the project asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_columns, new_tables
from refract.rules.kit.rule import SCHEMA_ONLY, rule
from refract.schema.changes import Change, CreateEnum
from refract.text import Origin

_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_CAMEL = re.compile(r"_?[a-z][A-Za-z0-9]*")


@rule(Severity.INFO, judges=SCHEMA_ONLY, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name of another style."""
    for what, name, style, change, origin in _names(context):
        if name and not (_PASCAL if style == "PascalCase" else _CAMEL).fullmatch(name):
            yield Risk(
                key=f"{what}.{name}",
                what=f"The {what} `{name}` is not in {style}. Rename it, and keep the name in the database with "
                f'`{"@map" if what == "field" else "@@map"}("{name}")`.',
                change=change,
                origin=origin,
            )


def _names(context: RuleContext) -> Iterator[tuple[str, str, str, Change, Origin | None]]:
    for table, created in new_tables(context):
        yield "model", table.model_name, "PascalCase", created, table.origin
    for enum in context.changes(CreateEnum):
        yield "enum", enum.enum.enum_name, "PascalCase", enum, enum.origin
    for _, column, change in new_columns(context):
        yield "field", column.field_name, "camelCase", change, column.origin
