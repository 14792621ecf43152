"""A new name does not follow Prisma's conventions.

## What it does
Finds new models and enums that are not in PascalCase, and new fields that are not in camelCase.

## Why it is risky
Mixed styles make the names in Prisma Client hard to guess.
The table and the column can keep another name with `@@map` and `@map`.

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
Use the name `UserAccount`, and keep the table's name with `@@map`.
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
When the project has its own convention.

## Providers
All databases. Off by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.new import new_columns, new_tables
from refract.rules.kit.rule import SCHEMA_ONLY, rule
from refract.schema.changes import Change, CreateEnum
from refract.text import Origin

_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_CAMEL = re.compile(r"_?[a-z][A-Za-z0-9]*")


@rule(Severity.INFO, judges=SCHEMA_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new name in another style."""
    for kind, name, style, change, origin in _names(context):
        if name and not (_PASCAL if style == "PascalCase" else _CAMEL).fullmatch(name):
            yield Risk(
                key=f"{kind}.{name}",
                what=f"{kind.capitalize()} {code_span(name)} is not in {style}",
                harm=(harm(Effect.MIXED_STYLES),),
                now=(action(Do.RENAME_AND_MAP, kind=kind, attribute=_map(kind, name)),),
                change=change,
                origin=origin,
            )


def _map(kind: str, name: str) -> str:
    return f'{"@map" if kind == "field" else "@@map"}("{name}")'


def _names(context: RuleContext) -> Iterator[tuple[str, str, str, Change, Origin | None]]:
    for table, created in new_tables(context):
        yield "model", table.model_name, "PascalCase", created, table.origin
    for enum in context.changes(CreateEnum):
        yield "enum", enum.enum.enum_name, "PascalCase", enum, enum.origin
    for _, column, change in new_columns(context):
        yield "field", column.field_name, "camelCase", change, column.origin
