"""A column changes its type in place, which CockroachDB may refuse.

## What it does
Finds type changes that Prisma, or a hand-written migration, makes with `ALTER COLUMN ... TYPE`.

## Why it is risky
CockroachDB converts few types in place, and Prisma's engine turns off the schema changer that can do more:
what works in a shell may fail in the migration.

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
Add a column of the new type, copy the values in batches, and switch over to it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  code     Int
  codeText String?
}
```

## When to ignore it
When the conversion is known to work on the version in use.

## Providers
CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label, created_here, cure, sentences
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, frozenset({"cockroachdb"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type changed in place. What loses values as well has a rule of its own, with the same advice."""
    for change in context.on_existing(AlterColumn):
        if change.cast is Cast.SAFE:
            render = context.provider.render_type
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=sentences(
                    f"{column_label(context, change.table, change.after)} changes from `{render(change.before.type)}` to "
                    f"`{render(change.after.type)}` in place.",
                    cure(context.behaviour.rewrite),
                ),
                change=change,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
            )
