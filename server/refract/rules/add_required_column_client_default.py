"""A new required field has a default that only Prisma Client knows, such as `uuid()` or `@updatedAt`.

## What it does
Finds new columns that must have a value, on tables that may have rows, if the default is `uuid()`, `cuid()`,
`ulid()`, `nanoid()` or `@updatedAt`.

## Why it is risky
The schema shows a default, but Prisma Client generates these values on insert, so the database has none.
The SQL is `NOT NULL` without a `DEFAULT`, which fails if the table has any row.
MySQL and MariaDB do not fail: they silently write an empty string or a zero date into every existing row.

## Example
```prisma before
model User {
  id Int @id @default(autoincrement())
}
```
```prisma after
model User {
  id  Int    @id @default(autoincrement())
  key String @default(uuid())
}
```

## Safer way
Let the database generate the value, so that existing rows get one too. For a time, use `now()`.
```prisma after
model User {
  id        Int      @id @default(autoincrement())
  updatedAt DateTime @default(now()) @updatedAt
}
```
Or add the field as optional, fill the rows, and then make the field required.

## When to ignore it
If the table is empty everywhere the migration will run.

## Providers
All. On MongoDB nothing fails at first, but Prisma Client cannot read the documents without the field.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.required import risk, without_value
from refract.rules.kit.rule import rule


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new required column whose default only Prisma Client fills in."""
    for change in without_value(context):
        made_by = change.column.client_default
        if made_by is not None:
            cause = harm(Effect.CLIENT_ONLY_DEFAULT, default=code_span(_written(made_by)))
            yield risk(context, change, cause, _default(made_by))


def _written(made_by: str) -> str:
    """How the schema writes it."""
    return f"@{made_by}" if made_by == "updatedAt" else made_by


def _default(made_by: str) -> str:
    """The attribute for a default that the database knows."""
    return "@default(now())" if made_by == "updatedAt" else '@default(dbgenerated("..."))'
