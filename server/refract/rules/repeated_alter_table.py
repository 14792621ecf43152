"""A table is scanned several times although once is enough.

## What it does
Finds a second `ALTER TABLE` that scans or copies a table in the same file.

## Why it is risky
Each statement scans or copies the whole table, and locks it again. The actions of one `ALTER TABLE` share one pass.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;
```

## Safer way
Use one statement.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL, ALTER COLUMN "id" SET DATA TYPE BIGINT;
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddCheck, AlterColumn, Statement
from refract.schema.model import QualifiedName


@rule(Severity.INFO, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each ALTER TABLE that could have been part of one before it."""
    scanned: set[QualifiedName] = set()
    retyped: set[tuple[QualifiedName, str]] = set()
    for statement in context.statements:
        tables, columns = _scanned_by(context, statement), set(_retyped_by(statement))
        refused = {table for table, _ in columns & retyped}  # one ALTER TABLE cannot change a type twice (0A000)
        for table in sorted((tables & scanned) - refused, key=str):
            yield Risk(
                key=f"{table}",
                what=f"This scans or copies {code_span(table.name)} a second time",
                harm=(harm(Effect.SCANNED_BY_ALTER_TABLE_ABOVE),),
                now=(action(Do.COMBINE_ALTER_TABLES),),
                change=None,
                origin=statement.origin,
            )
        scanned |= tables
        retyped |= columns


def _scanned_by(context: RuleContext, statement: Statement) -> set[QualifiedName]:
    if statement.verb != "ALTER TABLE":
        return set()
    changed = (c for c in statement.changes if isinstance(c, AddCheck | AlterColumn) and _needs_all_rows(c))
    return {change.table for change in changed if not context.is_new(change.table)}


def _retyped_by(statement: Statement) -> Iterator[tuple[QualifiedName, str]]:
    for change in statement.changes:
        if isinstance(change, AlterColumn) and change.before.type != change.after.type:
            yield change.table, change.after.name


def _needs_all_rows(change: AddCheck | AlterColumn) -> bool:
    if isinstance(change, AddCheck):
        return change.check.validated
    return change.before.type != change.after.type or (change.before.nullable and not change.after.nullable)
