"""An optional field becomes required on a model that exists.

## What it does
Finds columns that may be NULL now and must not be from then on.

## Why it is risky
The migration fails if a single row holds NULL; a `@default` does not help, since it fills new rows only.
While the database looks, it may keep everybody else out: PostgreSQL reads the whole table under an ACCESS EXCLUSIVE lock.
Programs that still write NULL fail from then on.

## Example
```prisma before
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String
}
```

## Safer way
Write the field in every place first, fill the rows that hold NULL, and make it required in a later migration.
Until then, the schema stays as it is.
```prisma after
model User {
  id    Int     @id @default(autoincrement())
  email String?
}
```

## When to ignore it
When no row holds NULL, no running program writes NULL, and the table is small enough to be read in a moment.

## Providers
All. On SQLite a default is enough: Prisma copies the table, and writes the default where NULL was.
On MongoDB nothing fails at first, but Prisma Client cannot read the documents without a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.costs import proves_not_null
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes, restricts_since_required
from refract.rules.kit.rows import fills
from refract.rules.kit.rule import rule
from refract.rules.kit.words import column_label, created_here, cure, sentences, table_label, who_waits
from refract.schema.changes import AlterColumn


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that loses its `?`."""
    for change in context.on_existing(AlterColumn):
        if _becomes_required(change) and not _is_filled(context, change) and not _is_proven(context, change):
            filled = fills(context, change)
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=_of_filled(context, change) if filled else _message(context, change),
                change=change,
                severity=Severity.WARNING if filled else None,
                related=created_here(f"Column `{change.before.name}`", change.before.origin),
            )


def _becomes_required(change: AlterColumn) -> bool:
    return change.before.nullable and not change.after.nullable and not change.before.type.is_list


def _is_filled(context: RuleContext, change: AlterColumn) -> bool:
    return context.behaviour.default_fills_nulls and change.after.default is not None


def _is_proven(context: RuleContext, change: AlterColumn) -> bool:
    """Whether a CHECK that holds for every row says that the column is filled: nothing fails, and nothing is read."""
    table = context.before.tables.get(change.table)
    return table is not None and proves_not_null(table.checks, change.before.name)


def _message(context: RuleContext, change: AlterColumn) -> str:
    label = column_label(context, change.table, change.after)
    operation = context.behaviour.set_not_null
    if context.behaviour.schemaless:
        return (
            f"{label} becomes required: Prisma Client fails when it reads a document without a value. "
            "Fill those documents first."
        )
    default = change.after.default is not None
    return sentences(
        f"{label} becomes required: the migration fails if any row holds NULL"
        + (", and the default does not fill those." if default else "."),
        _effect_on_relation(context, change),
        who_waits(operation, table_label(context, change.table)),
        "Fill the rows in an earlier migration, once nothing writes NULL any more.",
        cure(operation),
    )


def _of_filled(context: RuleContext, change: AlterColumn) -> str:
    """What is left to say where the rows have just got their values."""
    return sentences(
        f"{column_label(context, change.table, change.after)} becomes required: rows are filled above, but programs that still "
        "leave it out fail from now on.",
        _effect_on_relation(context, change),
        who_waits(context.behaviour.set_not_null, table_label(context, change.table)),
        "Deploy code that always writes it first.",
        cure(context.behaviour.set_not_null),
    )


def _effect_on_relation(context: RuleContext, change: AlterColumn) -> str:
    """What Prisma does besides where the column refers to another table."""
    for key in key_changes(context):
        after = key.after
        if after is None or key.table != change.table or change.after.name not in after.columns:
            continue
        if restricts_since_required(context, key):
            parent = table_label(context, after.referenced_table)
            locked = ", and both tables are locked." if context.behaviour.locks_referenced_table else "."
            return (
                f"Its foreign key is made anew, ON DELETE {after.on_delete} instead of SET NULL: "
                f"deleting a row of {parent} is refused from then on while rows refer to it{locked}"
            )
    return ""
