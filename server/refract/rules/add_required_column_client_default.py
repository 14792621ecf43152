"""A required field is added whose default only Prisma Client knows, such as `uuid()` or `@updatedAt`.

## What it does
Finds new columns that must hold a value, on tables that may have rows, where the default is `uuid()`, `cuid()`,
`ulid()`, `nanoid()` or `@updatedAt`.

## Why it is risky
The schema shows a default, but the database never hears of it: Prisma Client makes these values when it inserts.
The SQL is `NOT NULL` without a `DEFAULT`, so it fails as soon as the table has one row.
MySQL and MariaDB do not fail: they put an empty string or a zero date into every row without a word.

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
Let the database make the value, so that rows that exist get one too; here `now()` for a time.
```prisma after
model User {
  id        Int      @id @default(autoincrement())
  updatedAt DateTime @default(now()) @updatedAt
}
```
Or add the field as optional, fill the rows, then make it required.

## When to ignore it
When the table is empty everywhere the migration will run.

## Providers
All. On MongoDB nothing fails at first, but Prisma Client cannot read the documents that lack the field.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.required import risk, without_value
from refract.rules.kit.rule import rule

_DATABASE_DEFAULTS = {
    "updatedAt": "`@default(now())` beside `@updatedAt`",
    "uuid": '`@default(dbgenerated("..."))` with the database\'s own function',
}
_NEUTRAL = "a default that the database knows"


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new required column whose default only Prisma Client fills in."""
    for change in without_value(context):
        made_by = change.column.client_default
        if made_by is not None:
            why = f"gets its value from Prisma Client (`{made_by}`): the database has no default for it"
            yield risk(context, change, why, _cure(made_by))


def _cure(made_by: str) -> str:
    instead = _DATABASE_DEFAULTS.get(made_by.strip("@").partition("(")[0], _NEUTRAL)
    return f"Give it {instead}, or add it as optional, fill the rows, then make it required."
