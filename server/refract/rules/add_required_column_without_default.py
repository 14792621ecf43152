"""A required field without a default is added to an existing model.

## What it does
Finds new columns that must have a value, on tables that may have rows, if nothing gives existing rows a value.

## Why it is risky
The database refuses such a column if the table has any row, and the migration fails.
MySQL and MariaDB do not refuse: they silently write an empty string, 0 or the first value of the enum into every row.
App instances built from the old schema do not know the column, so their inserts fail too.

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
1. Add the field as optional.
2. Deploy code that writes the field.
3. Fill the existing rows.
4. Make the field required.
```prisma after
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```
If one value is right for all rows, give the field a `@default`.

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
from refract.rules.kit.labels import field_name
from refract.rules.kit.required import risk, without_value
from refract.rules.kit.rule import rule


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new required column that has a default neither in the database nor in Prisma Client."""
    for change in without_value(context):
        if change.column.client_default is None:
            cause = harm(Effect.NO_DEFAULT, field=code_span(field_name(change.column)))
            yield risk(context, change, cause, "@default(...)")
