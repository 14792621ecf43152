"""`CASCADE` drops objects that the statement does not name.

## What it does
Finds `DROP ... CASCADE`.

## Why it is risky
Views, foreign keys and all other objects that depend on this one are dropped too, and the migration does not list them.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
DROP TABLE "User" CASCADE;
```

## Safer way
Drop each dependent object by name, then the object itself. The migration fails if you missed one.
```sql migration
ALTER TABLE "Post" DROP COLUMN "userId";
DROP TABLE "User";
```

## When to ignore it
When you know every dependent object and want to drop them all.

## Providers
PostgreSQL and CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.dependents import cascades, labels, taken_along
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import DropTable, Statement


@rule(Severity.ERROR, frozenset({"postgresql", "cockroachdb"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that drops with CASCADE."""
    for number, statement in enumerate(context.statements):
        if cascades(statement) and not all(map(context.is_new, context.tables_of(statement))):
            yield Risk(
                key=f"cascade {number}",
                what="`CASCADE` drops every object that depends on this one",
                harm=(_harm(context, statement),),
                now=(action(Do.DROP_DEPENDENTS_BY_NAME), action(Do.REMOVE_CASCADE)),
                change=statement.changes[0] if statement.changes else None,
                origin=statement.origin,
                severity=Severity.INFO if _is_alone(context, statement) else None,
            )


def _is_alone(context: RuleContext, statement: Statement) -> bool:
    """Whether the migrations have created the tables that it drops, and nothing that depends on them."""
    dropped = [change.table for change in statement.changes if isinstance(change, DropTable)]
    known = all(t.name in context.before.tables and not t.assumed and not context.doubt(t.name) for t in dropped)
    return bool(dropped) and len(dropped) == len(statement.changes) and known and not taken_along(context, statement)


def _harm(context: RuleContext, statement: Statement) -> Harm:
    known = taken_along(context, statement)
    if _is_alone(context, statement):
        return harm(Effect.DEPENDENTS_UNKNOWN)
    if not known:
        return harm(Effect.DEPENDENTS_DROPPED)
    return harm(Effect.DEPENDENTS_DROPPED_BY_NAME, objects=labels(known))
