"""One migration adds the new form of a field and removes the old one.

## What it does
Finds removed fields and new fields named after them in the same model, such as `name` and `firstName`, `lastName`.

## Why it is risky
The old and the new version of the code cannot both work: the new version fails before the migration,
and the old version fails after it. Unless the migration copies the values, they are lost.

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
Use three releases. In the first, add the new fields and write both forms. In the second, copy the old values and read the new form.
In the third, drop the old field, when no app instance is left that was built with it.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name      String?
  firstName String?
  lastName  String?
}
```

## When to ignore it
When the app is stopped during the migration, and the migration copies the values.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, created_here, field_name
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.successors import is_named_after
from refract.schema.changes import AddColumn, DropColumn
from refract.wording import listed


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each field that is dropped when its successors are added. Another rule reports probable renames."""
    added = list(context.on_existing(AddColumn))
    for change in context.on_existing(DropColumn) if added else ():
        successors = [a for a in added if a.table == change.table and _follows(context, a, change)]
        if successors:
            label = column_label(context, change.table, change.column)
            new = listed(field_name(a.column) for a in successors)
            yield Risk(
                key=f"{change.table}.{change.column.name}",
                what=f"Adding {new} while dropping {label} breaks running code",
                harm=(harm(Effect.NO_COMMON_MOMENT),),
                now=(
                    action(Do.KEEP_OLD_FIELD, new=new, old=label),
                    action(Do.COPY_VALUES_IN_BATCHES),
                    action(Do.REMOVE_FIELD_LATER),
                ),
                change=successors[0],
                related=created_here(f"Column {code_span(change.column.name)}", change.column.origin),
            )


def _follows(context: RuleContext, added: AddColumn, dropped: DropColumn) -> bool:
    """Whether all words of the shorter name are in the longer one, and the values could be the same."""
    return is_named_after(added.column, dropped.column) and (
        added.column.type == dropped.column.type or _refers(context, added)
    )


def _refers(context: RuleContext, added: AddColumn) -> bool:
    """Whether the new column is a relation, which may replace a value of any type."""
    table = context.after.tables.get(added.table)
    return table is not None and any(added.column.name in key.columns for key in table.foreign_keys)
