"""A model is removed, so its table is dropped with all rows.

## What it does
Finds dropped tables, unless they look renamed.

## Why it is risky
Only a backup can restore the rows, and app instances that still use the model fail (P2021).

## Example
```prisma before
model User {
  id Int @id @default(autoincrement())
}

model AuditLog {
  id   Int    @id @default(autoincrement())
  text String
}
```
```prisma after
model User {
  id Int @id @default(autoincrement())
}
```

## Safer way
First mark the model `@@ignore` and deploy. The table stays, and Prisma Client no longer uses it.
```prisma after
model User {
  id Int @id @default(autoincrement())
}

model AuditLog {
  id   Int    @id @default(autoincrement())
  text String

  @@ignore
}
```
Remove the model in a later release, and keep a copy of the rows if you may need them.

## When to ignore it
When you do not need the rows, and no app instance uses the model.

## Providers
All SQL databases; only a warning if the deployed schema already ignores the model. On MongoDB the collection stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action
from refract.rules.kit.code import model_in_code, model_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import created_here, is_join_table, table_label
from refract.rules.kit.recipes import offered
from refract.rules.kit.row_state import rows_before
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import DropTable
from refract.schema.model import Table


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped table. Other rules report join tables and moves to another schema."""
    for change in context.changes(DropTable):
        table = change.table
        if is_join_table(table) or context.is_created_elsewhere(table.name):
            continue
        code = model_in_code(context, table.name)
        ignored, copied = _is_ignored(context, table), rows_before(context, change).has_copied_rows(table.name)
        yield Risk(
            key=str(table.name),
            what=f"Dropping {table_label(context, table.name)} deletes {'rows not copied above' if copied else 'all its rows'}",
            harm=(
                harm(Effect.ROWS_LOST_UNLESS_COPIED if copied else Effect.ROWS_LOST),
                *(() if ignored or _is_recreated(context, table) else _old_users(context, table)),
                *code.harm,
            ),
            now=(*code.now, *(() if ignored else _actions(context, table))),
            change=change,
            related=(*created_here(f"Table {code_span(table.name.name)}", table.origin), *code.places),
            severity=Severity.WARNING if ignored or copied else None,
        )


def _old_users(context: RuleContext, table: Table) -> Iterator[Harm]:
    yield harm(Effect.MODEL_USERS_FAIL, model=code_span(model_target(context, table.name)))


def _is_recreated(context: RuleContext, table: Table) -> bool:
    return table.name in context.after.tables


def _actions(context: RuleContext, table: Table) -> Iterator[AnyAction]:
    if _is_recreated(context, table):
        yield action(Do.COPY_ROWS_BEFORE_DROP)
        return
    name = str(model_target(context, table.name))
    yield action(Do.MARK_MODEL_IGNORED, model=code_span(name))
    yield action(Do.REMOVE_MODEL_LATER)
    if not _is_referenced(context, table):
        yield from offered(context, "drop-model", name)


def _is_referenced(context: RuleContext, table: Table) -> bool:
    """Whether another table has a foreign key to this one: the recipe then refuses."""
    others = (t for t in context.before.tables.values() if t.name != table.name)
    return any(key.referenced_table == table.name for other in others for key in other.foreign_keys)


def _is_ignored(context: RuleContext, table: Table) -> bool:
    """Whether no app instance uses the table. The schema at the base shows that; migrations do not."""
    deployed = context.deployed
    known = deployed.tables.get(table.name) if deployed else None
    return table.ignored or (deployed is not None and (known is None or known.ignored))
