"""`relationMode` changes, and all foreign keys go or come at once.

## What it does
Finds a schema that turns to `relationMode = "prisma"` or back to foreign keys.

## Why it is risky
Towards `prisma`, every foreign key is dropped: nothing in the database keeps the relations right any more,
and the indexes that foreign keys need do not come by themselves.
Back again, every foreign key is added in one migration, which locks all the tables and fails at the first row without a parent.

## Example
```prisma before
datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```
```prisma after
datasource db {
  provider     = "postgresql"
  relationMode = "prisma"
}

model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```

## Safer way
Keep the mode, or move the foreign keys table by table with hand-written migrations before it changes.
```prisma after
datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```

## When to ignore it
When the tables are small.

## Providers
All with foreign keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.rules.kit.words import sentences
from refract.schema.changes import AddForeignKey

_CLIENT = "prisma"


@rule(Severity.ERROR, SQL, SCHEMA_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The one finding of such a change. Only changed foreign keys tell that there is one: migrations do not say the mode."""
    if context.after.relation_mode == _CLIENT:
        gone = sum(change.added is None for change in key_changes(context))
        if gone:
            yield Risk("prisma", _without(gone), None)
        return
    added = sum(1 for _ in context.on_existing(AddForeignKey))
    if added and _CLIENT in (context.before.relation_mode, _deployed_mode(context)):
        yield Risk("foreignKeys", _with(added), None)


def _deployed_mode(context: RuleContext) -> str:
    deployed = context.deployed
    return deployed.relation_mode if deployed else ""


def _without(count: int) -> str:
    return sentences(
        f"""With `relationMode = "prisma"` {_keys(count)} of this database {"goes" if count == 1 else "go"}.""",
        "Nothing keeps the relations right any more but Prisma Client, and each table is locked for the drop.",
        "Give each relation field an `@@index`, and drop the keys table by table.",
    )


def _with(count: int) -> str:
    return sentences(
        f"""Without `relationMode = "prisma"` {_keys(count)} {"is" if count == 1 else "are"} added at once.""",
        "The migration locks all the tables, and fails at the first row without a parent.",
        "Settle such rows first, and add the keys table by table.",
    )


def _keys(count: int) -> str:
    return "the foreign key" if count == 1 else f"{count} foreign keys"
