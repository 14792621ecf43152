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

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, join_table, sentences
from refract.schema.changes import CreateTable, DropTable
from refract.schema.model import QualifiedName, Table
from refract.text import Origin


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each join table that goes although both ends of the relation stay, be it under another name."""
    for change in context.diff.changes:
        if not isinstance(change, DropTable) or not join_table(change.table):
            continue
        table = context.before.tables.get(change.table.name, change.table)
        ends = _ends(context, table)
        if all(name in context.after.tables for name in ends):
            successor = _successor(context, ends)
            yield Risk(
                key=str(table.name),
                what=_message(table, successor),
                change=change,
                origin=_origin(context, successor, ends),
                related=created_here(f"Table `{table.name.name}`", table.origin),
            )


def _ends(context: RuleContext, table: Table) -> frozenset[QualifiedName]:
    """The tables that a join table joins, by the names they will have."""
    renamed = {old.name: new.name for old, new in context.table_renames()}
    names = (k.referenced_table for k in table.foreign_keys)
    return frozenset(renamed.get(name, name) for name in names)


def _successor(context: RuleContext, ends: frozenset[QualifiedName]) -> Table | None:
    """The join table created between the same two models."""
    created = (c.table.name for c in context.diff.changes if isinstance(c, CreateTable) and join_table(c.table))
    tables = (context.after.tables[name] for name in created if name in context.after.tables)
    return next((t for t in tables if _ends(context, t) == ends), None)


def _origin(context: RuleContext, successor: Table | None, ends: frozenset[QualifiedName]) -> Origin | None:
    """Where the new relation is, else one of the models that have lost it."""
    if successor is not None:
        return successor.origin
    return next((context.after.tables[name].origin for name in sorted(ends)), None)


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
