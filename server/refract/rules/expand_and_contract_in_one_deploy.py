"""One deploy adds the new form of a field or table and drops the old one.

## What it does
Finds columns and tables that a new migration drops, after an earlier one of the same branch has added their successor.
A successor is a column with the copied values, a table with the copied rows, or a column named after the old one.

## Why it is risky
All migrations of a branch run before its code does. The old version of the app needs the old column, and the new version
needs the new one: during the deploy, neither works. Splitting the migrations does not help, only a deploy in between does.
If you roll the app back, the old code does not find its column.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql here 20250201000000_add
ALTER TABLE "User" ADD COLUMN "title" TEXT;
UPDATE "User" SET "title" = "name";
```
```sql here 20250202000000_drop
ALTER TABLE "User" DROP COLUMN "name";
```

## Safer way
Drop the old column in a later deploy, when no old app instance runs.
```sql here 20250202000000_drop
```

## When to ignore it
When the app is stopped during the deploy.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.deploy import InDeploy, changes_of, earlier, is_deployed, rows_written
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label, field_name, is_join_table, table_label
from refract.rules.kit.row_state import names_column
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule
from refract.rules.kit.successors import is_named_after
from refract.schema.changes import AddColumn, CreateTable, DropColumn, DropTable
from refract.schema.model import QualifiedName
from refract.wording import listed


@rule(Severity.WARNING, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each drop of what old app instances use, after its successor was added."""
    added: list[InDeploy] = []
    created: list[InDeploy] = []
    for found in changes_of(context):
        match found.change:
            case AddColumn():
                added.append(found)
            case CreateTable():
                created.append(found)
            case DropColumn():
                yield from _of_column(context, found, found.change, added)
            case DropTable():
                yield from _of_table(context, found, found.change, created)


def _of_column(context: RuleContext, found: InDeploy, drop: DropColumn, added: list[InDeploy]) -> Iterator[Risk]:
    if not is_deployed(context, drop.table, drop.column):
        return
    successors = [a for a in added if a.at < found.at and _succeeds(context, a, found, drop)]
    if successors:
        label = column_label(context, drop.table, drop.column)
        new = listed(_label(a) for a in successors)
        yield _risk(f"{found.step.name}:{drop.table}.{drop.column.name}", label, new, found, successors[0])


def _succeeds(context: RuleContext, added: InDeploy, found: InDeploy, drop: DropColumn) -> bool:
    """Whether a column takes the place of the dropped one: rows were written to it from that, or its name says so."""
    new = added.change
    if not isinstance(new, AddColumn):
        return False
    copies = any(
        new.table in rows.tables and new.column.name in rows.columns and names_column(rows.sql, drop.column.name)
        for rows in rows_written(context, added.at, found.at)
        if drop.table in (*rows.tables, *rows.reads)
    )
    alike = new.table == drop.table and new.column.type == drop.column.type
    return copies or (alike and is_named_after(new.column, drop.column))


def _of_table(context: RuleContext, found: InDeploy, drop: DropTable, created: list[InDeploy]) -> Iterator[Risk]:
    name = drop.table.name
    if is_join_table(drop.table) or not is_deployed(context, name):
        return
    successors = [c for c in created if c.at < found.at and _gets_rows(context, c, found, name)]
    if successors:
        label = table_label(context, name)
        new = listed(_label(c) for c in successors)
        yield _risk(f"{found.step.name}:{name}", label, new, found, successors[0])


def _gets_rows(context: RuleContext, created: InDeploy, found: InDeploy, old: QualifiedName) -> bool:
    new = created.change
    return isinstance(new, CreateTable) and any(
        new.table.name in rows.tables and old in rows.reads for rows in rows_written(context, created.at, found.at)
    )


def _label(found: InDeploy) -> str:
    match found.change:
        case AddColumn(column=column):
            return field_name(column)
        case CreateTable(table=table):
            return table.name.name
        case _:
            return ""


def _risk(key: str, old: str, new: str, found: InDeploy, first: InDeploy) -> Risk:
    return Risk(
        key=key,
        what=f"{old} is dropped in the deploy that adds {new}",
        harm=(harm(Effect.NO_COMMON_MOMENT), harm(Effect.NO_DEPLOY_BETWEEN, old=old)),
        now=(action(Do.DEPLOY_BEFORE_DROP, new=new), action(Do.MOVE_TO_LATER_DEPLOY)),
        change=found.change,
        related=earlier(first, code_span(_label(first))),
    )
