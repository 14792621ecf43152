"""A field is removed, so its column is dropped with all values.

## What it does
Finds dropped columns, unless they look renamed.

## Why it is risky
Only a backup can restore the values.
Code breaks as well. Prisma Client lists every column of a model in each read or write.
An app instance built from the old schema therefore fails on that model (P2022), even if its code never uses the field.

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
If the field is required, make it optional or add a default that the database sets.
Mark the field `@ignore` and deploy. The column stays, but Prisma Client no longer reads or fills it.
```prisma after
model User {
  id       Int     @id @default(autoincrement())
  nickname String? @ignore
}
```
Remove the field in a later release, when no app instance is left that was built from the old schema.

## When to ignore it
When you do not need the values, and no app instance was built from a schema with the field,
or the deployed schema already ignores the field.

## Providers
All SQL databases; only a warning if the deployed schema already ignores the field.
On MongoDB the values stay in the documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.code import field_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, created_here, field_name, model_name
from refract.rules.kit.recipes import field_dropped
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import DropColumn
from refract.wording import listed


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that is dropped, unless it looks renamed."""
    for change in context.changes(DropColumn):
        ignored = _is_ignored(context, change)
        code = field_in_code(context, change.table, change.column)
        label = column_label(context, change.table, change.column)
        copied = _is_copied(context, change)
        yield Risk(
            key=f"{change.table}.{change.column.name}",
            what=f"Dropping {label} deletes {'values not copied above' if copied else 'its values'}",
            harm=(*_loss(context, change), *_dependents(context, change), *_old_readers(context, change), *code.harm),
            now=(*code.now, *(() if ignored else _actions(context, change))),
            change=change,
            related=(*created_here(f"Column {code_span(change.column.name)}", change.column.origin), *code.places),
            severity=Severity.WARNING if ignored or copied else None,
        )


def _loss(context: RuleContext, change: DropColumn) -> Iterator[Harm]:
    yield harm(Effect.VALUES_LOST_UNLESS_COPIED if _is_copied(context, change) else Effect.VALUES_LOST)


def _is_copied(context: RuleContext, change: DropColumn) -> bool:
    return rows_before(context, change).has_copied(change.table, change.column.name)


def _dependents(context: RuleContext, change: DropColumn) -> Iterator[Harm]:
    """The indexes over this column and others, which are dropped with it."""
    table = context.before.tables.get(change.table)
    for index in table.indexes if table else ():
        if len(index.columns) > 1 and any(part.name == change.column.name for part in index.columns):
            kind = "unique index" if index.unique else "index"
            yield harm(
                Effect.INDEX_DROPPED_WITH_COLUMN, index=kind, columns=listed(c.name for c in index.columns if c.name)
            )


def _old_readers(context: RuleContext, change: DropColumn) -> Iterator[Harm]:
    if not _is_ignored(context, change):
        yield harm(Effect.OLD_READS_FAIL, model=code_span(model_name(context, change.table)))


def _actions(context: RuleContext, change: DropColumn) -> Iterator[AnyAction]:
    field = code_span(field_name(change.column))
    yield action(Do.MARK_IGNORED, field=field)
    yield action(Do.REMOVE_FIELD_LATER)
    yield from field_dropped(context, change)


def _is_ignored(context: RuleContext, change: DropColumn) -> bool:
    """Whether no app instance reads the column. The schema at the base shows that; migrations do not."""
    deployed = context.deployed
    table = deployed.tables.get(change.table) if deployed else None
    column = table.column(change.column.name) if table else None
    return change.column.ignored or (table is not None and (table.ignored or column is None or column.ignored))
