"""A constraint is validated in the migration that adds it.

## What it does
Finds `VALIDATE CONSTRAINT` in the same migration as the `NOT VALID` that it belongs to.

## Why it is risky
Both run in one transaction: Prisma before 7.4 sends a file as one, and `BEGIN` starts one.
The strong lock of `ADD CONSTRAINT` is then held while every row is checked, so `NOT VALID` has no benefit.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "Post" ADD CONSTRAINT "fk" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
ALTER TABLE "Post" VALIDATE CONSTRAINT "fk";
```

## Safer way
Validate the constraint in the next migration.
```sql migration
ALTER TABLE "Post" ADD CONSTRAINT "fk" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
```

## When to ignore it
When the table is small.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddCheck, AddForeignKey, Change, Statement, ValidateConstraint
from refract.sql.transactions import shared_transactions


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each constraint that is validated too early."""
    for statements in shared_transactions(context.statements, context.versions):
        yield from _validated(context, statements)


def _validated(context: RuleContext, statements: tuple[Statement, ...]) -> Iterator[Risk]:
    added = {name for change in _changes(statements) if (name := _added(change))}
    for change in _changes(statements):
        if isinstance(change, ValidateConstraint) and change.constraint in added and not context.is_new(change.table):
            yield Risk(
                key=change.constraint,
                what=f"Constraint {code_span(change.constraint)} is validated in the transaction that adds it",
                harm=(harm(Effect.LOCK_HELD_DURING_CHECK, table=code_span(change.table.name)),),
                now=(action(Do.VALIDATE_IN_NEXT_MIGRATION),),
                change=change,
            )


def _changes(statements: tuple[Statement, ...]) -> Iterator[Change]:
    return (change for statement in statements for change in statement.changes)


def _added(change: Change) -> str:
    if isinstance(change, AddForeignKey) and not change.foreign_key.validated:
        return change.foreign_key.name
    return change.check.name if isinstance(change, AddCheck) and not change.check.validated else ""
