"""One transaction locks several tables in use.

## What it does
Finds the second table in use on which a migration takes a strong lock in the same transaction.

## Why it is risky
The first table stays locked until the transaction ends.
Another transaction that locks the same tables in another order can deadlock with the migration.
PostgreSQL then cancels one of them.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
ALTER TABLE "Post" ADD COLUMN "title" TEXT;
```

## Safer way
Change one table in each migration.
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```

## When to ignore it
When each statement is brief.

## Providers
PostgreSQL. Off by default. Prisma 7.4 and newer send statements one by one, so only statements between BEGIN and COMMIT count.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import CreateIndex, Statement, ValidateConstraint
from refract.schema.model import QualifiedName
from refract.sql.transactions import in_transaction, is_one_transaction


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that locks a second table."""
    first: QualifiedName | None = None
    statements = context.statements if is_one_transaction(context.versions) else in_transaction(context.statements)
    for statement in statements:
        for table in _locked(context, statement):
            if first is not None and table != first:
                yield Risk(
                    key="locks",
                    what=f"{code_span(first.name)} stays locked while this waits for {code_span(table.name)}",
                    harm=(harm(Effect.LOCKED_UNTIL_THE_END), harm(Effect.DEADLOCK_POSSIBLE)),
                    now=(action(Do.MOVE_TO_SEPARATE_MIGRATION),),
                    change=None,
                    origin=statement.origin,
                )
                return
            first = table


def _locked(context: RuleContext, statement: Statement) -> list[QualifiedName]:
    if all(isinstance(change, CreateIndex | ValidateConstraint) for change in statement.changes):
        return []
    return [table for table in context.tables_of(statement) if not context.is_new(table)]
