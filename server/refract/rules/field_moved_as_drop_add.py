"""A field moves to a related model, and its values do not move with it.

## What it does
Finds a field that goes from one model while one of the same name and type comes in a model related to it.

## Why it is risky
Prisma drops the column here and adds an empty one there. Nothing copies the values over,
and they are gone with the old column.

## Example
```prisma before
model User {
  id      Int      @id
  bio     String?
  profile Profile?
}

model Profile {
  id     Int  @id
  userId Int  @unique
  user   User @relation(fields: [userId], references: [id])
}
```
```prisma after
model User {
  id      Int      @id
  profile Profile?
}

model Profile {
  id     Int     @id
  bio    String?
  userId Int     @unique
  user   User    @relation(fields: [userId], references: [id])
}
```

## Safer way
Add the field to the other model and leave the old one. Write to both, copy the values with an UPDATE over the relation,
read from the new one, and drop the old one in a later release.
```prisma after
model User {
  id      Int      @id
  bio     String?
  profile Profile?
}

model Profile {
  id     Int     @id
  bio    String?
  userId Int     @unique
  user   User    @relation(fields: [userId], references: [id])
}
```

## When to ignore it
When the two fields have nothing to do with each other, or the migration copies the values.

## Providers
All with columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here, table_label
from refract.schema.changes import AddColumn, Backfill, CreateTable, DropColumn
from refract.schema.model import Column, QualifiedName
from refract.wording import listed

_EVERYWHERE = frozenset({"id", "createdat", "updatedat", "deletedat", "name", "title", "type", "status", "order"})


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each field that probably moved: one place to go to, and a name that is not just on every model."""
    dropped = [c for c in context.on_existing(DropColumn) if _says_something(c.column)]
    if not dropped:
        return
    added = list(_added(context))
    for change in dropped:
        targets = [(name, column) for name, column in added if _fits(context, change, name, column)]
        if len(targets) == 1 and not _is_copied(context, targets[0][0]):
            (name, column) = targets[0]
            yield Risk(
                key=f"{change.table}.{change.column.name}-{name}",
                what=_message(context, change, name, column),
                change=change,
                origin=column.origin,
                related=(*created_here(f"Column `{change.column.name}`", change.column.origin),),
            )


def _says_something(column: Column) -> bool:
    return column.name.replace("_", "").lower() not in _EVERYWHERE


def _added(context: RuleContext) -> Iterator[tuple[QualifiedName, Column]]:
    for change in context.changes(AddColumn):
        yield change.table, change.column
    for created in context.changes(CreateTable):
        yield from ((created.table.name, column) for column in created.table.columns)


def _fits(context: RuleContext, change: DropColumn, name: QualifiedName, column: Column) -> bool:
    same = column.name == change.column.name and column.type == change.column.type
    return (
        same
        and name != change.table
        and _are_related(context, change.table, name)
        and not _refers(context, name, column)
    )


def _are_related(context: RuleContext, one: QualifiedName, other: QualifiedName) -> bool:
    pairs = ((one, other), (other, one))
    return any(
        key.referenced_table == parent
        for child, parent in pairs
        if (table := context.after.tables.get(child)) is not None
        for key in table.foreign_keys
    )


def _refers(context: RuleContext, name: QualifiedName, column: Column) -> bool:
    """A foreign key's column is not moved: it says whose row this is."""
    table = context.after.tables.get(name)
    return table is not None and any(column.name in key.columns for key in table.foreign_keys)


def _is_copied(context: RuleContext, name: QualifiedName) -> bool:
    return any(name in change.tables for change in context.changes(Backfill))


def _message(context: RuleContext, change: DropColumn, name: QualifiedName, column: Column) -> str:
    return (
        f"{column_label(context, name, column)} looks like {listed([change.column.name])} moved here from "
        f"{table_label(context, change.table)}: Prisma drops that column with its values and adds this one empty. "
        "Keep both, copy the values over the relation, and drop the old one in a later release."
    )
