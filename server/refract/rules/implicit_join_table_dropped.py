"""The join table of an implicit many-to-many relation is dropped, and its links with it.

## What it does
Finds join tables of implicit many-to-many relations that go: because a model or the relation is renamed,
because the relation becomes explicit, or because it is removed.

## Why it is risky
Prisma names this table after the two models (`_PostToTag`), whatever `@@map` says.
Rename one of them, and the old join table is dropped with all its links, and an empty one is created.
The columns `A` and `B` follow the alphabet, so a rename can even swap them.

## Example
```prisma before
model Post {
  id   Int   @id @default(autoincrement())
  tags Tag[]
}

model Tag {
  id    Int    @id @default(autoincrement())
  posts Post[]
}
```
```prisma after
model Article {
  id   Int   @id @default(autoincrement())
  tags Tag[]

  @@map("Post")
}

model Tag {
  id    Int       @id @default(autoincrement())
  posts Article[]
}
```

## Safer way
Give the relation the old table's name on both sides, so that the table stays.
(If the model's new name comes later in the alphabet than the other model's, `A` and `B` swap:
then rename the table and its columns in the migration instead.)
```prisma after
model Article {
  id   Int   @id @default(autoincrement())
  tags Tag[] @relation("PostToTag")

  @@map("Post")
}

model Tag {
  id    Int       @id @default(autoincrement())
  posts Article[] @relation("PostToTag")
}
```

## When to ignore it
When the links may go.

## Providers
All with tables. MongoDB keeps no join tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules._words import created_here, join_table, sentences
from refract.rules.base import SQL, Risk, RuleContext, Severity, rule
from refract.schema.changes import CreateTable, DropTable
from refract.schema.model import QualifiedName, Table


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each join table that goes although both ends of the relation stay, be it under another name."""
    for change in context.diff.changes:
        if isinstance(change, DropTable) and join_table(change.table) and _ends_stay(context, change.table):
            successor = _successor(context, change.table)
            yield Risk(
                subject=str(change.table.name),
                message=_message(change.table, successor),
                change=change,
                origin=successor.origin if successor else None,
                related=created_here(f"Table `{change.table.name.name}`", change.table.origin),
            )


def _ends_stay(context: RuleContext, table: Table) -> bool:
    return all(_today(context, k.referenced_table) in context.after.tables for k in table.foreign_keys)


def _today(context: RuleContext, table: QualifiedName) -> QualifiedName:
    """The table's name after a probable rename."""
    return next((new.name for old, new in context.table_renames() if old.name == table), table)


def _ends(context: RuleContext, table: Table) -> set[QualifiedName]:
    return {_today(context, k.referenced_table) for k in table.foreign_keys}


def _successor(context: RuleContext, table: Table) -> Table | None:
    """The join table created between the same two models."""
    created = (c.table for c in context.diff.changes if isinstance(c, CreateTable) and join_table(c.table))
    return next((t for t in created if _ends(context, t) == _ends(context, table)), None)


def _message(table: Table, successor: Table | None) -> str:
    old = table.name.name
    if successor is None:
        return (
            f"The join table `{old}` is dropped: all links between the two models are lost. "
            "Copy them to where they belong from now on first, in an earlier migration."
        )
    swapped = not _same_order(table, successor)
    return sentences(
        f"Prisma names the join table after the relation, so it drops `{old}` with all its links "
        f"and creates `{successor.name.name}` empty{', with `A` and `B` the other way round' if swapped else ''}.",
        "Keep the links: make the migration rename the table, and swap its columns `A` and `B`."
        if swapped
        else f"""Keep the table: write `@relation("{old[1:]}")` on both sides, or make the migration rename it.""",
    )


def _same_order(table: Table, successor: Table) -> bool:
    return _target(table, "A") == _target(successor, "A") or _target(table, "B") == _target(successor, "B")


def _target(table: Table, column: str) -> QualifiedName | None:
    return next((k.referenced_table for k in table.foreign_keys if k.columns == (column,)), None)
