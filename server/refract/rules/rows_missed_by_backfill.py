"""A column is filled by one migration and required by a later one of the same deploy.

## What it does
Finds `SET NOT NULL` on a column that earlier new migrations of the branch add and fill, if nothing fills new rows.

## Why it is risky
Migrations run one after another, and the old version of the app runs until the last one is done.
The old code does not know the column: its rows after the backfill hold NULL.
One such row makes the migration fail. Afterwards, every insert of an old app instance fails.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql here 20250201000000_add
ALTER TABLE "User" ADD COLUMN "label" TEXT;
```
```sql here 20250202000000_fill
UPDATE "User" SET "label" = "name";
```
```sql here 20250203000000_require
ALTER TABLE "User" ALTER COLUMN "label" SET NOT NULL;
```

## Safer way
Require the column in a later deploy, when code that writes it runs. Or give it a default before the backfill.
```sql here 20250203000000_require
```

## When to ignore it
When the app is stopped during the deploy, or nothing inserts rows while it runs.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.deploy import InDeploy, changes_of, earlier, rows_written
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule
from refract.schema.changes import AddColumn, AlterColumn
from refract.schema.model import Column, ObjectKind, QualifiedName


@frozen(eq=False)
class _Fill:
    """A column that the deploy adds empty and fills: where it is added, and the migration that fills it last."""

    added: InDeploy
    at: int


@rule(Severity.WARNING, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each column that becomes required after a backfill by an earlier migration."""
    added: dict[tuple[QualifiedName, str], InDeploy] = {}
    for found in changes_of(context):
        change = found.change
        if isinstance(change, AddColumn) and _starts_empty(change.column):
            added[change.table, change.column.name] = found
        if isinstance(change, AlterColumn) and change.before.nullable and not change.after.nullable:
            fill = _filled(context, added.get((change.table, change.before.name)), found)
            if fill is not None and not _fills_new_rows(found, change):
                yield _risk(context, fill, found, change)


def _starts_empty(column: Column) -> bool:
    return column.nullable and not (column.default or column.generated or column.auto_increment)


def _filled(context: RuleContext, added: InDeploy | None, last: InDeploy) -> _Fill | None:
    """The latest backfill of the column; None if there is none, or it is in the migration that requires the column."""
    if added is None or not isinstance(added.change, AddColumn):
        return None
    table, name = added.change.table, added.change.column.name
    filling = [
        at
        for at in range(added.at, last.at + 1)
        for rows in rows_written(context, at, at)
        if rows.verb in ("UPDATE", "MERGE") and table in rows.tables and name in rows.columns
    ]
    return _Fill(added, filling[-1]) if filling and filling[-1] < last.at else None


def _fills_new_rows(found: InDeploy, change: AlterColumn) -> bool:
    """Whether inserts that leave the column out got a value before: by a default, or perhaps by a trigger."""
    before = found.step.before
    table = before.tables.get(change.table)
    column = table.column(change.before.name) if table else None
    has_default = column is not None and column.default is not None
    objects = before.objects.values()
    return has_default or any(o.key.kind is ObjectKind.TRIGGER and change.table in o.uses for o in objects)


def _risk(context: RuleContext, fill: _Fill, found: InDeploy, change: AlterColumn) -> Risk:
    label, filling = column_label(context, change.table, change.after), context.deploy[fill.at]
    name = code_span(filling.name)
    return Risk(
        key=f"{found.step.name}:{change.table}.{change.after.name}",
        what=f"Requiring {label} fails if old code inserts rows before it",
        harm=(harm(Effect.OLD_INSERTS_LEAVE_NULL, field=label, migration=name),),
        now=(
            action(Do.MOVE_TO_LATER_DEPLOY),
            instead(Do.GIVE_DEFAULT_BEFORE, field=label, migration=code_span(fill.added.step.name)),
        ),
        change=change,
        related=earlier(fill.added, label),
    )
