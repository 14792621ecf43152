"""A field's type changes in a way that makes Prisma drop the column and add it anew.

## What it does
Finds type changes for which Prisma knows no cast, such as `String` to `Int`, or a value to a list.

## Why it is risky
The column is dropped with all its values and added again under the same name, empty.
If it is required and has no default, the migration fails as soon as the table has rows.

## Example
```prisma before
model User {
  id  Int     @id @default(autoincrement())
  age String?
}
```
```prisma after
model User {
  id  Int  @id @default(autoincrement())
  age Int?
}
```

## Safer way
Add a field of the new type beside the old one, copy the values, switch over to it, and drop the old one last.
```prisma after
model User {
  id     Int     @id @default(autoincrement())
  age    String?
  ageNew Int?
}
```
Where the application may stop for a while, edit the migration instead: on PostgreSQL,
`ALTER COLUMN ... TYPE ... USING ...` converts the values in place.

## When to ignore it
When the values may go.

## Providers
All with columns; on CockroachDB it is nearly every type change.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here, sentences
from refract.schema.changes import CreateEnum, DropEnum, RecreateColumn


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that is dropped and added under the same name."""
    renamed = {
        (d.enum.name, r.added.enum.name) for r, d in context.renames(DropEnum) if isinstance(r.added, CreateEnum)
    }
    for change in context.on_existing(RecreateColumn):
        if (change.before.type.enum, change.after.type.enum) in renamed:
            continue  # a renamed enum has a rule of its own
        yield Risk(
            key=f"{change.table}.{change.after.name}",
            what=_message(context, change),
            change=change,
            related=created_here(f"Column `{change.before.name}`", change.before.origin),
        )


def _message(context: RuleContext, change: RecreateColumn) -> str:
    after = change.after
    fails = not (after.nullable or after.default is not None or after.auto_increment or after.type.is_list)
    stops = fails and not context.behaviour.implicit_value
    return sentences(
        f"{column_label(context, change.table, after)} changes its type in a way that Prisma has no cast for: "
        "it drops the column with all its values and adds it again empty"
        + ("; on a table with rows that fails, since it is required and has no default." if stops else "."),
        "Add a new field beside it, copy the values and switch over; or write the conversion into the migration.",
    )
