"""A statement that Refract cannot analyse.

## What it does
Finds statements of a new migration whose effect on the schema is unknown: functions that run SQL, blocks with loops, dynamic statements.

## Why it is risky
The statement is not checked, and its effect is missing from every later comparison.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DO $$ BEGIN FOR i IN SELECT n FROM sizes LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x INT', 'User'); END LOOP; END $$;
```

## Safer way
Write the statements out.
```sql migration
ALTER TABLE "User" ADD COLUMN "x" INTEGER;
```

## When to ignore it
When you reviewed its effect by hand.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import NotFollowed, Reason


@rule(Severity.INFO, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement with an unknown effect."""
    for number, statement in enumerate(context.statements):
        for change in statement.changes:
            if isinstance(change, NotFollowed) and change.misfit is None and change.reason is not Reason.REFUSED:
                is_too_large = change.reason is Reason.TOO_LARGE
                yield Risk(
                    key=f"statement {number}",
                    what=f"Refract cannot analyse this {'migration, which is too large' if is_too_large else 'statement'}",
                    harm=(harm(Effect.STATEMENT_NOT_CHECKED, statement=code_span(change.summary)),),
                    now=(action(Do.LOAD_DATA_OUTSIDE),)
                    if is_too_large
                    else (action(Do.WRITE_STATEMENTS_OUT), action(Do.REVIEW_BY_HAND)),
                    change=change,
                    origin=statement.origin,
                    severity=Severity.WARNING if is_too_large else None,
                )
