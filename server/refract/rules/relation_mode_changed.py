"""`relationMode` changes, and all foreign keys are dropped or added together.

## What it does
Finds a schema that changes to `relationMode = "prisma"` or back to foreign keys.

## Why it is risky
With `prisma`, every foreign key is dropped: the database no longer checks the relations,
and Prisma does not create the indexes that relations need.
In the other direction, one migration adds every foreign key. It locks all tables, and fails at the first row that references a missing row.

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
Keep the mode, or add or drop the foreign keys table by table, with hand-written migrations, before you change it.
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
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.changes import AddForeignKey

_CLIENT = "prisma"


@rule(Severity.ERROR, SQL, SCHEMA_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The one finding of such a change. Only changed foreign keys show it: migrations do not state the mode."""
    if context.after.relation_mode == _CLIENT:
        dropped = sum(change.added is None for change in key_changes(context))
        if dropped:
            yield _without(dropped)
        return
    added = sum(1 for _ in context.on_existing(AddForeignKey))
    if added and _CLIENT in (context.before.relation_mode, _deployed_mode(context)):
        yield _with(added)


def _deployed_mode(context: RuleContext) -> str:
    deployed = context.deployed
    return deployed.relation_mode if deployed else ""


def _without(count: int) -> Risk:
    return Risk(
        key="prisma",
        what=f'`relationMode = "prisma"` drops {_what_keys(count)}',
        harm=(harm(Effect.ONLY_CLIENT_CHECKS_RELATIONS), harm(Effect.EACH_TABLE_LOCKED_FOR_DROP)),
        now=(action(Do.INDEX_RELATION_FIELDS), action(Do.DROP_KEYS_TABLE_BY_TABLE)),
        change=None,
    )


def _with(count: int) -> Risk:
    return Risk(
        key="foreignKeys",
        what=f'Removing `relationMode = "prisma"` adds {_what_keys(count)} in one migration',
        harm=(harm(Effect.FAILS_ON_ANY_ORPHAN), harm(Effect.ALL_TABLES_LOCKED)),
        now=(action(Do.FIX_ORPHANS), action(Do.ADD_KEYS_TABLE_BY_TABLE)),
        change=None,
    )


def _what_keys(count: int) -> str:
    return "the foreign key" if count == 1 else f"{count} foreign keys"
