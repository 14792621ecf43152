"""A rollback fails if its migration was only partly applied.

## What it does
Finds statements of a `down.sql` that drop something without IF EXISTS, outside a transaction.

## Why it is risky
A migration that failed halfway created only a part of what its rollback drops.
The first `DROP` of a missing object stops the rollback.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
CREATE INDEX CONCURRENTLY "User_id_idx" ON "User"("id");
```
```sql down
DROP INDEX CONCURRENTLY "User_id_idx";
```

## Safer way
Use `IF EXISTS`, or make the migration one transaction, which fails as a whole.
```sql down
DROP INDEX CONCURRENTLY IF EXISTS "User_id_idx";
```

## When to ignore it
When each migration is one transaction, nothing is partly applied. Off by default.

## Providers
PostgreSQL, CockroachDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.sql.transactions import in_transaction

_PROVIDERS = frozenset({"postgresql", "cockroachdb"})


@rule(Severity.INFO, _PROVIDERS, MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first such statement."""
    migration = context.migration
    rollback = migration.rollback if migration else None
    if migration is None or rollback is None:
        return
    safe = {id(statement) for statement in in_transaction(rollback.statements)}
    bare = next((s for s in rollback.statements if id(s) not in safe and _drops_for_sure(s)), None)
    if bare is not None:
        yield Risk(
            key="rollback",
            what=f"The rollback of {code_span(migration.name)} may fail at {bare.verb}",
            harm=(harm(Effect.FAILS_IF_PARTLY_APPLIED),),
            now=(action(Do.ADD_CLAUSE, clause="`IF EXISTS`"),),
            change=None,
        )


def _drops_for_sure(statement: Statement) -> bool:
    return "DROP" in statement.words and not statement.says("IF", "EXISTS")
