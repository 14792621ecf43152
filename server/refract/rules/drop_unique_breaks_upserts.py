"""Fields are no longer unique, and code that finds or upserts rows by them breaks.

## What it does
Finds unique indexes that go while their fields stay.

## Why it is risky
Prisma Client finds, updates and upserts single rows by unique fields only. A running program built from the older schema
upserts with `ON CONFLICT` on them, which fails without the index; and duplicates may come that the next unique index stumbles over.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```

## Safer way
First deploy code that does not rely on the fields being unique, then let the index go.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
```

## When to ignore it
When no code finds, connects or upserts rows by these fields.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.indexes import replaces_nothing
from refract.rules.kit.rule import rule
from refract.rules.kit.words import created_here, cure, join_table, sentences, table_label, who_waits
from refract.schema.changes import DropIndex
from refract.wording import listed


@rule(Severity.WARNING)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each unique index that goes and leaves nothing in its place."""
    for change in context.on_existing(DropIndex):
        guards = change.index.unique and change.index.where is None and change.index.valid
        if guards and replaces_nothing(context, change) and not _is_still_unique(context, change):
            yield Risk(
                key=f"{change.table}.{change.index.name}",
                what=_message(context, change),
                change=change,
                related=created_here(f"Index `{change.index.name}`", change.index.origin),
            )


def _is_still_unique(context: RuleContext, change: DropIndex) -> bool:
    table = context.after.tables[change.table]
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [i.columns for i in table.indexes if i.unique and i.where is None]
    wanted = {part.name for part in change.index.columns}
    return join_table(table) or any({part.name for part in key} <= wanted for key in keys)


def _message(context: RuleContext, change: DropIndex) -> str:
    table = table_label(context, change.table)
    operation = context.behaviour.drop_index
    return sentences(
        f"{listed(c.name or 'an expression' for c in change.index.columns)} of {table} "
        f"{'is' if len(change.index.columns) == 1 else 'are'} no longer unique: duplicates may come, and running programs "
        "that find, connect or upsert rows by it fail.",
        "" if change.concurrently else who_waits(operation, table),
        "Deploy code that does not rely on it first.",
        "" if change.concurrently else cure(operation),
    )
