"""The primary key of an existing model changes.

## What it does
Finds existing tables whose primary key gets other columns, is dropped or is added.

## Why it is risky
Prisma drops the key and adds the new one.
That fails if two rows have the same new key, or if a row has none.
Every foreign key that references the table is dropped and recreated, and queries wait while the new key's index is built.
Code that finds rows by the old key breaks.

## Example
```prisma before
model User {
  id    Int    @id
  email String @unique
}
```
```prisma after
model User {
  id    Int
  email String @id @unique
}
```

## Safer way
Keep the key, and make the other fields unique. Lookups by them are just as fast.
```prisma after
model User {
  id    Int    @id
  email String @unique
}
```
To change the key, start with a unique index over the new one.
Then switch the key to that index in a short migration, and the foreign keys one by one.

## When to ignore it
If the table is small, nothing references it, and you know that the new key is unique.

## Providers
All with primary keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.operation import Blocks
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, blocking, harm
from refract.rules.kit.indexes import already_unique, numbers_rows
from refract.rules.kit.labels import blocked, created_here, table_label
from refract.rules.kit.row_state import rows_at_the_end
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddPrimaryKey, DropPrimaryKey, RenameColumn
from refract.schema.model import PrimaryKey, QualifiedName
from refract.wording import listed

_MOST_EFFECTS = 3


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each existing table whose key changes."""
    dropped = {c.table: c for c in context.on_existing(DropPrimaryKey)}
    added = {c.table: c for c in context.on_existing(AddPrimaryKey)}
    for table in {**dropped, **added}:
        old, new = dropped.get(table), added.get(table)
        change = new or old
        before = old.primary_key if old else None
        after = new.primary_key if new else None
        if change is None or _same_columns(context, table, before, after) or _is_renamed(context, table, before, after):
            continue
        yield Risk(
            key=str(table),
            what=_what(context, table, before, after),
            harm=tuple(_harm(context, table, before, after))[:_MOST_EFFECTS],
            now=_actions(context, table, before, after),
            change=change,
            related=created_here("The key", before.origin) if before else (),
        )


def _same_columns(
    context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None
) -> bool:
    """Whether only the type of a key column changed, which other rules find. Another column may have got its name."""
    return bool(before and after) and _names(before) == _names(after) == _former_names(context, table, _names(after))


def _former_names(context: RuleContext, table: QualifiedName, names: tuple[str, ...]) -> tuple[str, ...]:
    """What columns were called before the migration renamed them, if another column had their name then."""
    known = context.before.tables.get(table)
    renamed = {c.after.name: c.before.name for c in context.changes(RenameColumn) if c.table == table}
    return tuple(renamed.get(name, name) if known and known.column(name) else name for name in names)


def _names(key: PrimaryKey | None) -> tuple[str, ...]:
    return tuple(c.name for c in key.columns) if key else ()


def _is_renamed(
    context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None
) -> bool:
    return context.is_renamed(table, _names(after)) or context.is_renamed(table, _names(before))


def _what(context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None) -> str:
    label, operation = table_label(context, table), context.behaviour.change_primary_key
    if after is None:
        lost = (
            "leaves rows without a key" if _is_dropped_with_columns(context, table, before) else "allows duplicate rows"
        )
        return f"Dropping the primary key of {label} {lost}"
    subject = f"Changing the primary key of {label}" if before else f"Adding a primary key to {label}"
    if _may_fail(context, table, after):
        return f"{subject} fails on duplicates"
    if operation.blocks is not Blocks.NOTHING:
        return f"{subject} {blocked(operation)}"
    return f"{subject} breaks old lookups" if before else f"{subject} rewrites the table"


def _harm(
    context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None
) -> Iterator[AnyHarm]:
    label, old = table_label(context, table), listed(_names(before)) if before else ""
    if after is None and _is_dropped_with_columns(context, table, before):
        yield harm(Effect.TOOLS_NEED_PRIMARY_KEY)
    elif after is None:
        yield harm(Effect.DUPLICATES_ALLOWED, table=label, key=old)
    elif _may_fail(context, table, after):
        yield harm(Effect.FAILS_ON_DUPLICATE_KEYS, key=listed(_names(after)))
    if after is not None:
        yield from blocking(context.behaviour.change_primary_key, label)
    if before and after and _is_referenced(context, table, before):
        yield harm(Effect.FOREIGN_KEYS_RECREATED)
    if before:
        yield harm(Effect.LOOKUPS_BY_KEY_BREAK, key=old)


def _is_dropped_with_columns(context: RuleContext, table: QualifiedName, key: PrimaryKey | None) -> bool:
    now = context.after.tables.get(table)
    return now is not None and not all(now.column(name) for name in _names(key))


def _is_referenced(context: RuleContext, table: QualifiedName, key: PrimaryKey) -> bool:
    """Whether a foreign key references the key's columns."""
    keys = (key for other in context.before.tables.values() for key in other.foreign_keys)
    return any(k.referenced_table == table and set(k.referenced_columns) == set(_names(key)) for k in keys)


def _actions(
    context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None
) -> tuple[Action, ...]:
    if after is None:
        return (action(Do.KEEP_KEY),)
    find = (action(Do.FIND_DUPLICATES),) if _may_fail(context, table, after) else ()
    keep = (action(Do.KEEP_KEY_WITH_UNIQUE, fields=listed(_names(after))),) if before and not find else ()
    return (*find, *(cures(context.behaviour.change_primary_key) or keep))


def _may_fail(context: RuleContext, table: QualifiedName, key: PrimaryKey) -> bool:
    """Not if the existing rows differ in these columns, or the database numbers them."""
    columns = context.after.tables[table].columns if table in context.after.tables else ()
    if rows_at_the_end(context).is_empty(table):
        return False
    numbered = {c.name for c in columns if numbers_rows(c) and context.added_column(table, c.name)}
    former = _former_names(context, table, _names(key))
    return not (numbered & set(_names(key)) or already_unique(context, table, former))
