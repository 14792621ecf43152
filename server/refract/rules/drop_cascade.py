"""CASCADE drops what the statement does not name.

## What it does
Finds `DROP ... CASCADE`.

## Why it is risky
Views, foreign keys and whatever else depends on the object go with it, whoever made them, and nothing says which.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DROP TABLE "User" CASCADE;
```

## Safer way
Drop each dependent object by its name, then the object itself: what was forgotten stops the migration.
```sql migration
ALTER TABLE "Post" DROP COLUMN "userId";
DROP TABLE "User";
```

## When to ignore it
When every dependent object is known to go.

## Providers
PostgreSQL and CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that drops with CASCADE."""
    for number, statement in enumerate(context.statements):
        if _cascades(statement) and not all(map(context.is_new, context.tables_of(statement))):
            yield Risk(
                key=f"cascade {number}",
                what="CASCADE also drops every view, foreign key and other object that depends on this one, without naming them. "
                "Drop each of them by name first, and leave CASCADE out: what was forgotten then stops the migration.",
                change=statement.changes[0] if statement.changes else None,
                origin=statement.origin,
            )


def _cascades(statement: Statement) -> bool:
    """`DROP ... CASCADE`; the CASCADE of a foreign key stands after ON DELETE or ON UPDATE."""
    words = statement.words
    return "DROP" in words and any(
        word == "CASCADE" and words[at - 1] not in ("DELETE", "UPDATE") for at, word in enumerate(words)
    )
