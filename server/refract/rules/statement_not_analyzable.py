"""A statement that Refract does not understand.

## What it does
Finds statements of a new migration whose effect on the schema is not known: functions that run SQL, blocks with loops, dynamic statements.

## Why it is risky
Nothing is said about it, and what it changes is missing from every comparison.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DO $$ BEGIN FOR i IN 1..3 LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x INT', 'User'); END LOOP; END $$;
```

## Safer way
Write the statements out.
```sql migration
ALTER TABLE "User" ADD COLUMN "x" INTEGER;
```

## When to ignore it
When its effect was checked by hand.

## Providers
All with SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import Opaque


@rule(Severity.INFO, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that is kept as it stands."""
    for number, statement in enumerate(context.statements):
        for change in statement.changes:
            if isinstance(change, Opaque):
                yield Risk(
                    key=f"statement {number}",
                    what=f"What `{change.summary}` does is not known to Refract: nothing is said about it, and later comparisons leave it "
                    "out. Write the statements out where you can, and check this one by hand.",
                    change=change,
                    origin=statement.origin,
                )
