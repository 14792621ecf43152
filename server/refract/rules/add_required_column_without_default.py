"""A required field without a default is added to a model that exists.

## What it does
Finds new columns that must hold a value, on tables that may have rows, where nothing says what those rows get.

## Why it is risky
The database refuses such a column as soon as the table has one row, and the migration stops there.
MySQL and MariaDB do not refuse: they put an empty string, 0 or the first value of the enum into every row without a word.
Programs that run with the older schema do not know the column, so their inserts fail too.

## Example
```prisma before
model User {
  id Int @id @default(autoincrement())
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```

## Safer way
Add the field as optional, write it from the application, fill the rows that exist, then make it required.
```prisma after
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```
Where one value is right for all rows, give the field a `@default`.

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

_CURE = "Add it as optional, fill the rows, then make it required; or give it a `@default`."


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new required column that has a default neither in the database nor in Prisma Client."""
    for change in without_value(context):
        if change.column.client_default is None:
            yield risk(context, change, "has no default", _CURE)
