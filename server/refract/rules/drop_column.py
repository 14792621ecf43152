"""A field is removed, and its column with all its values goes.

## What it does
Finds columns that go, unless they look renamed.

## Why it is risky
The values are gone for good.
Code breaks as well: Prisma Client names every column of a model when it reads or writes it,
so a running program built from the older schema fails on that model (P2022) even if it never uses the field.

## Example
```prisma before
model User {
  id       Int     @id @default(autoincrement())
  nickname String?
}
```
```prisma after
model User {
  id Int @id @default(autoincrement())
}
```

## Safer way
First mark the field `@ignore` and deploy: the column stays, and no client asks for it any more.
A required field needs a default or `?` first, since nobody fills it from then on.
```prisma after
model User {
  id       Int     @id @default(autoincrement())
  nickname String? @ignore
}
```
Remove the field in a later release, when nothing that runs was built from the older schema.

## When to ignore it
When the values may go and no running program was built from a schema that has the field,
or the field was already `@ignore` in what runs.

## Providers
A field that what runs ignores already is a warning only.
All with columns. On MongoDB the values stay in the documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.code import field_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rows import copies
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import column_label, created_here, sentences
from refract.schema.changes import DropColumn
from refract.wording import listed


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that goes."""
    for change in context.changes(DropColumn):
        label = column_label(context, change.table, change.column)
        code = field_in_code(context, change.table, change.column)
        yield Risk(
            subject=f"{change.table}.{change.column.name}",
            message=sentences(
                f"{label} is dropped: {_loss(context, change)}.",
                _dependents(context, change),
                code.sentence,
                ""
                if _is_ignored(context, change)
                else "Programs that still run with the older schema fail on every read of this model, "
                "since Prisma Client names each column. "
                "Mark the field `@ignore` and deploy that first, then remove it in a later release.",
            ),
            change=change,
            related=(*created_here(f"Column `{change.column.name}`", change.column.origin), *code.places),
            severity=Severity.WARNING if _is_ignored(context, change) else None,
        )


def _loss(context: RuleContext, change: DropColumn) -> str:
    if copies(context, change):
        return "of its values only those remain that the statements above have copied"
    return "all its values are lost"


def _dependents(context: RuleContext, change: DropColumn) -> str:
    """Sentence: the indexes over this column and others, which go with it unless the schema asks for less of them."""
    table = context.before.tables.get(change.table)
    indexes = table.indexes if table else ()
    wider = [i for i in indexes if len(i.columns) > 1 and any(c.name == change.column.name for c in i.columns)]
    going = [
        f"the {'unique index' if i.unique else 'index'} on {listed(c.name for c in i.columns if c.name)}" for i in wider
    ]
    return f"With it goes {' and '.join(going)}." if going else ""


def _is_ignored(context: RuleContext, change: DropColumn) -> bool:
    """Whether no running program asks for the column: migrations do not tell, the schema at the base does."""
    deployed = context.deployed
    table = deployed.tables.get(change.table) if deployed else None
    column = table.column(change.column.name) if table else None
    return change.column.ignored or (table is not None and (table.ignored or column is None or column.ignored))
