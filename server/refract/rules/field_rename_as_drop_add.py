"""A field is renamed, and Prisma drops its column and adds an empty one.

## What it does
Finds a field that goes while a field much like it comes in the same model: same type, same attributes, same place,
or a similar name. A changed `@map` counts too.

## Why it is risky
Prisma compares two schemas and cannot see that a field was renamed.
Its migration drops the old column, with all its values, and adds a new one.
If the new field is required and has no default, the migration fails as soon as the table has rows;
if it is optional, the migration succeeds and the values are gone.

## Example
```prisma before
model User {
  id   Int    @id @default(autoincrement())
  name String
}
```
```prisma after
model User {
  id       Int    @id @default(autoincrement())
  fullName String
}
```

## Safer way
Keep the column and change only Prisma's name for it: no SQL runs at all.
```prisma after
model User {
  id       Int    @id @default(autoincrement())
  fullName String @map("name")
}
```
If the column itself must be renamed, edit the migration so that it says `RENAME COLUMN`;
that breaks every program that still uses the old name, at that moment.
Where the old and the new version of the application run side by side, add the new column, write to both,
copy the old values, read from the new one, and only then drop the old one.

## When to ignore it
When the two fields have nothing to do with each other, and the old one's values may go.

## Providers
All. On MongoDB nothing is dropped: the documents keep the value under the old name, and Prisma Client does not find it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff import ProbableRename
from refract.rules.kit.code import field_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import because, column_label, created_here, field_name, sentences
from refract.schema.changes import AddColumn, DropColumn
from refract.schema.model import Column


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped column that is probably a renamed one."""
    for rename, dropped in context.renames(DropColumn):
        if isinstance(rename.added, AddColumn):
            code = field_in_code(context, dropped.table, dropped.column)
            yield Risk(
                subject=f"{dropped.table}.{dropped.column.name}",
                message=sentences(_message(context, rename, dropped, rename.added), code.sentence),
                change=rename.added,
                rename=rename,
                related=(*created_here(f"Column `{dropped.column.name}`", dropped.column.origin), *code.places),
            )


def _message(context: RuleContext, rename: ProbableRename, dropped: DropColumn, added: AddColumn) -> str:
    old = dropped.column.name
    label = column_label(context, added.table, added.column)
    return sentences(
        f"{label} looks like `{old}` under a new name ({because(rename)}).",
        _loss(context, old, added.column),
        f"""To keep the values, keep the column: add `@map("{old}")` to `{field_name(added.column)}`.""",
        ""
        if context.behaviour.schemaless
        else "Or make the migration say `RENAME COLUMN`, once no code uses the old name.",
    )


def _loss(context: RuleContext, old: str, column: Column) -> str:
    if context.behaviour.schemaless:
        return f"Documents keep the value under `{old}`, where Prisma Client no longer looks for it."
    fails = column.default is None and not column.nullable and not column.auto_increment
    stops = fails and not context.behaviour.implicit_value
    return f"Prisma drops column `{old}` with all its values and adds `{column.name}` empty" + (
        "; on a table with rows that fails, since it is required and has no default." if stops else "."
    )
