"""One migration adds the new form of a field and removes the old one.

## What it does
Finds fields that go while fields that are named after them come in the same model, such as `name` and `firstName`, `lastName`.

## Why it is risky
There is no moment at which the older and the newer version of the code both work: before the migration the new one fails,
after it the old one. And unless the migration copies them, the values are lost.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name String?
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  firstName String?
  lastName  String?
}
```

## Safer way
Make it three releases: add the new fields and write both forms; copy the older values and read the new form;
drop the old field when nothing that runs was built with it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name      String?
  firstName String?
  lastName  String?
}
```

## When to ignore it
When the application stops while the migration runs, and the migration copies the values.

## Providers
All with columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff.names import words
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here, field_name
from refract.schema.changes import AddColumn, DropColumn
from refract.wording import listed

_FILLERS = frozenset({"id", "is", "has", "at", "on", "by", "the", "of", "to"})


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each field that goes as its successors come. Probable renames have a rule of their own."""
    added = list(context.on_existing(AddColumn))
    for change in context.on_existing(DropColumn) if added else ():
        successors = [a for a in added if a.table == change.table and _follows(context, a, change)]
        if successors:
            label = column_label(context, change.table, change.column)
            come = listed(field_name(a.column) for a in successors)
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=f"{come} {'comes' if len(successors) == 1 else 'come'} and {label} goes in one migration: at no moment do "
                "both the older and the newer code work. Add the new form first, copy the values, and drop the old one "
                "in a later release.",
                change=successors[0],
                related=created_here(f"Column `{change.column.name}`", change.column.origin),
            )


def _follows(context: RuleContext, added: AddColumn, dropped: DropColumn) -> bool:
    """Whether the names tell, all words of the shorter one being in the longer one, and the values could be the same."""
    old, new = (set(words(c.column.name)) - _FILLERS for c in (dropped, added))
    alike = bool(old and new) and (old <= new or new <= old)
    return alike and (added.column.type == dropped.column.type or _refers(context, added))


def _refers(context: RuleContext, added: AddColumn) -> bool:
    """Whether the new column is a relation, which may stand for a value of any type."""
    table = context.after.tables.get(added.table)
    return table is not None and any(added.column.name in key.columns for key in table.foreign_keys)
