"""A column changes its type in place, which CockroachDB may refuse.

## What it does
Finds type changes that Prisma, or a hand-written migration, makes with `ALTER COLUMN ... TYPE`.

## Why it is risky
CockroachDB converts only a few types in place, and Prisma turns off the schema changer that can do more.
A change that works in a shell may therefore fail in the migration.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  code Int
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  code String
}
```

## Safer way
Add a field of the new type, copy the values in batches, and switch to the new field.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  code     Int
  codeText String?
}
```

## When to ignore it
If you know that the conversion works on your version.

## Providers
CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here
from refract.rules.kit.recipes import type_change, within_limit
from refract.rules.kit.rule import rule
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, frozenset({"cockroachdb"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type changed in place. A separate rule with the same advice finds changes that also lose values."""
    for change in context.on_existing(AlterColumn):
        if change.cast is Cast.SAFE:
            new = context.provider.render_type(change.after.type)
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=f"Changing {column_label(context, change.table, change.after)} to {code_span(new)} may fail",
                harm=(harm(Effect.TYPE_CHANGE_REFUSED),),
                now=within_limit(cures(context.behaviour.rewrite), type_change(context, change)),
                change=change,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
            )
