"""The join table of an implicit many-to-many relation is dropped with all its links.

## What it does
Finds dropped join tables of implicit many-to-many relations. A join table is dropped if a model or the relation is renamed,
if the relation becomes explicit, or if the relation is removed.

## Why it is risky
Prisma names this table after the two models (`_PostToTag`) and ignores `@@map`.
If you rename a model, Prisma drops the old join table with all its links and creates an empty one.
The columns `A` and `B` follow the alphabetical order of the models, so a rename can also swap them.

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
Name the relation after the old table on both sides, so that the table stays.
If the rename changes the alphabetical order of the two models, `A` and `B` swap.
In that case, rename the table and its columns in the migration instead.
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
When you do not need the links.

## Providers
All SQL databases. MongoDB has no join tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import created_here, is_join_table
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import CreateTable, DropTable
from refract.schema.model import QualifiedName, Table
from refract.text import Origin


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped join table whose two models stay, even under another name."""
    for change in context.diff.changes:
        if not isinstance(change, DropTable) or not is_join_table(change.table):
            continue
        table = context.before.tables.get(change.table.name, change.table)
        ends = _ends(context, table)
        if all(name in context.after.tables for name in ends):
            successor = _successor(context, ends)
            yield Risk(
                key=str(table.name),
                what=_headline(table, successor),
                harm=_harm(table, successor),
                now=_actions(table, successor),
                change=change,
                origin=_origin(context, successor, ends),
                related=created_here(f"Table {code_span(table.name.name)}", table.origin),
            )


def _ends(context: RuleContext, table: Table) -> frozenset[QualifiedName]:
    """The tables that a join table joins, by the names they will have."""
    renamed = {old.name: new.name for old, new in context.table_renames()}
    names = (k.referenced_table for k in table.foreign_keys)
    return frozenset(renamed.get(name, name) for name in names)


def _successor(context: RuleContext, ends: frozenset[QualifiedName]) -> Table | None:
    """The join table created between the same two models."""
    created = (c.table.name for c in context.diff.changes if isinstance(c, CreateTable) and is_join_table(c.table))
    tables = (context.after.tables[name] for name in created if name in context.after.tables)
    return next((t for t in tables if _ends(context, t) == ends), None)


def _origin(context: RuleContext, successor: Table | None, ends: frozenset[QualifiedName]) -> Origin | None:
    """The place of the new relation, or else of one of the models that have lost it."""
    if successor is not None:
        return successor.origin
    return next((context.after.tables[name].origin for name in sorted(ends)), None)


def _headline(table: Table, successor: Table | None) -> str:
    old = table.name.name
    if successor is None:
        return f"Dropping join table {code_span(old)} deletes all its links"
    return f"Replacing join table {code_span(old)} with {code_span(successor.name.name)} deletes all links"


def _harm(table: Table, successor: Table | None) -> Iterator[Harm]:
    if successor is None:
        yield harm(Effect.LINKS_LOST)
        return
    yield harm(Effect.JOIN_TABLE_REPLACED, old=code_span(table.name.name), new=code_span(successor.name.name))
    if not _same_order(table, successor):
        yield harm(Effect.JOIN_COLUMNS_SWAPPED)


def _actions(table: Table, successor: Table | None) -> Iterator[Action]:
    if successor is None:
        yield action(Do.COPY_LINKS_EARLIER)
        return
    old, new = code_span(table.name.name), code_span(successor.name.name)
    if _same_order(table, successor):
        yield action(Do.NAME_RELATION, attribute=f'@relation("{table.name.name[1:]}")')
        yield instead(Do.RENAME_JOIN_TABLE, old=old, new=new)
        return
    yield action(Do.RENAME_JOIN_TABLE, old=old, new=new)
    yield action(Do.SWAP_JOIN_COLUMNS)


def _same_order(table: Table, successor: Table) -> bool:
    return _target(table, "A") == _target(successor, "A") or _target(table, "B") == _target(successor, "B")


def _target(table: Table, column: str) -> QualifiedName | None:
    return next((k.referenced_table for k in table.foreign_keys if k.columns == (column,)), None)
