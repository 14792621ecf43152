"""A field moves to a related model, but its values do not.

## What it does
Finds a field that is removed from one model and added, with the same name and type, to a related model.

## Why it is risky
Prisma drops the column of the one table and adds an empty one to the other.
No statement copies the values, so they are lost.

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
Add the field to the other model and keep the old one. Write to both fields.
Copy the values with an `UPDATE` over the relation. Read from the new field, and drop the old one in a later release.
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
When the two fields are unrelated, or the migration copies the values.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.code import field_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.indexes import already_unique
from refract.rules.kit.labels import column_label, created_here, model_name
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddColumn, Backfill, CreateTable, DropColumn
from refract.schema.model import Column, QualifiedName

_EVERYWHERE = frozenset({"id", "createdat", "updatedat", "deletedat", "name", "title", "type", "status", "order"})
_RECIPE_PROVIDERS = frozenset({"postgresql"})  # its triggers keep two tables in sync


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each field that probably moved: it has one possible target, and a name that is not common to all models."""
    dropped = [c for c in context.on_existing(DropColumn) if _is_telling(c.column)]
    if not dropped:
        return
    added = list(_added(context))
    for change in dropped:
        targets = [(name, column) for name, column in added if _fits(context, change, name, column)]
        if len(targets) == 1 and not _is_copied(context, targets[0][0]):
            (name, column) = targets[0]
            yield Risk(
                key=f"{change.table}.{change.column.name}-{name}",
                what=f"Moving {column_label(context, change.table, change.column)} to {code_span(model_name(context, name))} deletes its values",
                harm=(_loss(context, change, name, column),),
                now=_actions(context, change, name, column),
                change=change,
                origin=column.origin,
                related=(*created_here(f"Column {code_span(change.column.name)}", change.column.origin),),
            )


def _is_telling(column: Column) -> bool:
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
    """A foreign key's column is not moved: it states the owner of the row."""
    table = context.after.tables.get(name)
    return table is not None and any(column.name in key.columns for key in table.foreign_keys)


def _is_copied(context: RuleContext, name: QualifiedName) -> bool:
    return any(name in change.tables for change in context.changes(Backfill))


def _loss(context: RuleContext, change: DropColumn, name: QualifiedName, column: Column) -> Harm:
    old, new = f"{code_span(f'{change.table.name}.{change.column.name}')}", column_label(context, name, column)
    return harm(Effect.COLUMN_DROPPED_AND_ADDED_EMPTY, old=old, new=new)


def _actions(context: RuleContext, change: DropColumn, name: QualifiedName, column: Column) -> Iterator[AnyAction]:
    old = field_target(context, change.table, change.column)
    yield action(Do.KEEP_OLD_FIELD, new=column_label(context, name, column), old=code_span(old))
    yield action(Do.COPY_OVER_RELATION)
    yield action(Do.REMOVE_FIELD_LATER)
    if _has_recipe(context, change.table, name):
        yield from offered(context, "move-field", str(old), to=model_name(context, name))


def _has_recipe(context: RuleContext, source: QualifiedName, target: QualifiedName) -> bool:
    """Whether a plan can move the field: on some databases, between existing tables that are related one to one."""
    known = context.provider.name in _RECIPE_PROVIDERS and not context.is_new(target)
    return known and (_is_one_to_one(context, source, target) or _is_one_to_one(context, target, source))


def _is_one_to_one(context: RuleContext, child: QualifiedName, parent: QualifiedName) -> bool:
    table = context.after.tables.get(child)
    keys = (key for key in table.foreign_keys if key.referenced_table == parent) if table else ()
    return any(already_unique(context, child, key.columns) for key in keys)
