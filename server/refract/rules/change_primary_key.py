"""The primary key of a model that exists changes.

## What it does
Finds tables that exist whose primary key gets other columns, goes or comes.

## Why it is risky
Prisma drops the key and adds the new one. That fails if two rows have the same new key, or none;
every foreign key that points to the table has to be dropped and made again;
and while the new key's index is built, others wait. Code that finds rows by the old key breaks.

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
Leave the key, and make the other fields unique: lookups by them are just as fast.
```prisma after
model User {
  id    Int    @id
  email String @unique
}
```
If the key must change, build the unique index first, then switch the key over to it in a short migration,
and the foreign keys one by one.

## When to ignore it
When the table is small, nothing refers to it, and the new key is known to be unique.

## Providers
All with primary keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.indexes import already_unique
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, cure, sentences, table_label, who_waits
from refract.schema.changes import AddPrimaryKey, DropPrimaryKey
from refract.schema.model import PrimaryKey, QualifiedName
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that existed whose key is not what it was."""
    dropped = {c.table: c for c in context.on_existing(DropPrimaryKey)}
    added = {c.table: c for c in context.on_existing(AddPrimaryKey)}
    for table in {**dropped, **added}:
        old, new = dropped.get(table), added.get(table)
        change = new or old
        before = old.primary_key if old else None
        after = new.primary_key if new else None
        if change is None or _same_columns(before, after) or _is_renamed(context, table, before, after):
            continue
        yield Risk(
            key=str(table),
            what=_message(context, table, before, after),
            change=change,
            related=created_here("The key", before.origin) if before else (),
        )


def _same_columns(before: PrimaryKey | None, after: PrimaryKey | None) -> bool:
    """Whether only the type of a key column changed: that has rules of its own."""
    return bool(before and after) and _names(before) == _names(after)


def _names(key: PrimaryKey | None) -> tuple[str, ...]:
    return tuple(c.name for c in key.columns) if key else ()


def _is_renamed(
    context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None
) -> bool:
    return context.is_renamed(table, _names(after)) or context.is_renamed(table, _names(before))


def _message(context: RuleContext, table: QualifiedName, before: PrimaryKey | None, after: PrimaryKey | None) -> str:
    label = table_label(context, table)
    if after is None:
        return f"{label} loses its primary key: nothing keeps its rows apart any more, and code that finds them by it breaks."
    from_key = f" from {listed(_names(before))}" if before else ""
    operation = context.behaviour.change_primary_key
    fails = _may_fail(context, table, after)
    return sentences(
        f"The primary key of {label} changes{from_key} to {listed(_names(after))}"
        + (": the migration fails if two rows have the same new key, or a row has none." if fails else "."),
        who_waits(operation, label),
        "Foreign keys that point to the old key have to be made anew." if before else "",
        cure(operation),
    )


def _may_fail(context: RuleContext, table: QualifiedName, key: PrimaryKey) -> bool:
    """Not where the old rows differ in these columns anyway, or the database numbers them."""
    columns = context.after.tables[table].columns if table in context.after.tables else ()
    numbered = {c.name for c in columns if c.auto_increment and context.added_column(table, c.name)}
    return not (numbered & set(_names(key)) or already_unique(context, table, _names(key)))
