"""A CHECK constraint is added to a table with existing rows.

## What it does
Finds `ADD CHECK` without `NOT VALID`, on existing tables.

## Why it is risky
The migration fails if any row violates the constraint.
Every row is checked while the table is locked.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0);
```

## Safer way
Add the constraint as `NOT VALID`, which applies to new and changed rows only.
Fix the rows that violate the constraint, and validate in a later migration.
```sql migration
ALTER TABLE "User" ADD CONSTRAINT "named" CHECK (length("name") > 0) NOT VALID;
```

## When to ignore it
If the table is small and you know that its rows satisfy the constraint.

## Providers
PostgreSQL, MySQL and MariaDB, SQL Server, and CockroachDB.
SQL Server has `WITH NOCHECK` instead of `NOT VALID`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, blocking, harm
from refract.rules.kit.labels import blocked
from refract.rules.kit.row_state import names_column, rows_before
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddCheck

_PROVIDERS = frozenset({"postgresql", "cockroachdb", "mysql", "sqlserver"})


@rule(Severity.WARNING, _PROVIDERS, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each CHECK that existing rows must pass."""
    operation = context.behaviour.add_check
    for change in context.on_existing(AddCheck):
        if change.check.validated:
            table, name = code_span(change.table.name), f"CHECK {code_span(change.check.name)}"
            waits, passes = blocking(operation, table), _passes(context, change)
            if passes and not waits:
                continue
            fails = () if passes else (harm(Effect.FAILS_ON_VIOLATIONS, table=table, constraint=name),)
            yield Risk(
                key=f"{change.table}.{change.check.name}",
                what=f"Adding {name} "
                + (blocked(operation) if passes else f"fails if rows of {table} violate the constraint"),
                harm=(*fails, *waits),
                now=(*(() if passes else (action(Do.FIX_VIOLATING_ROWS),)), *cures(operation)),
                change=change,
            )


def _passes(context: RuleContext, change: AddCheck) -> bool:
    """Whether no row can violate it: there is none, or each holds NULL in all its columns, which passes."""
    rows = rows_before(context, change)
    table = context.after.tables.get(change.table)
    text = change.check.expression
    names = [c.name for c in table.columns if names_column(text, c.name)] if table else []
    null = bool(names) and all(rows.is_null_everywhere(change.table, name) for name in names)
    return rows.is_empty(change.table) or (null and _ABOUT_NULL.search(text) is None)


_ABOUT_NULL = re.compile(r"\bIS\b|\bCOALESCE\b|\bnum_n", re.IGNORECASE)
