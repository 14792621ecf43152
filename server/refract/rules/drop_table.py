"""A model is removed, and its table with all its rows goes.

## What it does
Finds tables that go, unless they look renamed.

## Why it is risky
The rows are gone for good, and every running program that still uses the model fails on it.

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
First mark the model `@@ignore` and deploy: the table stays, and no client uses it any more.
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
Remove the model in a later release, and keep a copy of the rows if anyone may ask for them.

## When to ignore it
When the rows may go and no running program uses the model.

## Providers
All with tables. On MongoDB the collection stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.code import model_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import created_here, join_table, sentences, table_label
from refract.schema.changes import DropTable
from refract.schema.model import Table


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that goes. Join tables and moves to another schema have rules of their own."""
    for change in context.changes(DropTable):
        table = change.table
        if join_table(table) or context.is_created_elsewhere(table.name):
            continue
        code = model_in_code(context, table.name)
        yield Risk(
            key=str(table.name),
            what=sentences(
                f"{table_label(context, table.name)} is dropped: all its rows are lost"
                + ("." if _is_ignored(context, table) else ", and programs that still use it fail."),
                ""
                if _is_ignored(context, table)
                else "Mark the model `@@ignore` and deploy that first, then remove it in a later release.",
            ),
            change=change,
            related=(*created_here(f"Table `{table.name.name}`", table.origin), *code.places),
            severity=Severity.WARNING if _is_ignored(context, table) else None,
        )


def _is_ignored(context: RuleContext, table: Table) -> bool:
    """Whether no running program uses the table: migrations do not tell, the schema at the base does."""
    deployed = context.deployed
    known = deployed.tables.get(table.name) if deployed else None
    return table.ignored or (deployed is not None and (known is None or known.ignored))
