"""A maintenance statement locks a table until the statement finishes.

## What it does
Finds `VACUUM FULL`, `CLUSTER`, `REINDEX` and `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`.

## Why it is risky
Until the statement finishes, no query can write to the table or the view, and most queries cannot read from it.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
```
```sql migration
REINDEX TABLE "User";
```

## Safer way
Use the concurrent form. For `REINDEX`, put it alone into a separate migration.
```sql migration
REINDEX TABLE CONCURRENTLY "User";
```

## When to ignore it
If the table is small, or unused while the migration runs.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refract.escaping import code_span
from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Blocking
from refract.rules.kit.labels import blocked
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement

_EXCLUSIVE = "ACCESS EXCLUSIVE"
_LOCKS: Mapping[str, Blocking] = {
    "VACUUM": Blocking(
        Operation(Blocks.EVERYTHING, _EXCLUSIVE, Work.REWRITE, duration=Duration.REWRITE), ("the table",)
    ),
    "CLUSTER": Blocking(
        Operation(Blocks.EVERYTHING, _EXCLUSIVE, Work.REWRITE, duration=Duration.REWRITE), ("the table",)
    ),
    # PostgreSQL plans a query with all indexes of its table, so that nearly every query waits for this one.
    "REINDEX": Blocking(
        Operation(Blocks.EVERYTHING, _EXCLUSIVE, Work.INDEX_REBUILD, duration=Duration.SCAN), ("the index",)
    ),
    "REFRESH": Blocking(
        Operation(Blocks.EVERYTHING, _EXCLUSIVE, Work.VIEW_QUERY, duration=Duration.SCAN), ("the view",)
    ),
}
_ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "VACUUM": (action(Do.USE_PLAIN_VACUUM), instead(Do.USE_PG_REPACK)),
    "CLUSTER": (action(Do.USE_PG_REPACK),),
    "REINDEX": (action(Do.USE_IN_SEPARATE_MIGRATION, sql="REINDEX ... CONCURRENTLY"),),
    "REFRESH": (
        action(Do.CREATE_UNIQUE_INDEX_ON_VIEW),
        action(Do.USE_INSTEAD, sql="REFRESH MATERIALIZED VIEW CONCURRENTLY"),
    ),
}


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that blocks for as long as it runs."""
    for number, statement in enumerate(context.statements):
        verb = statement.words[0] if statement.words else ""
        if verb in _ACTIONS and _blocks(statement):
            yield Risk(
                key=f"{verb} {number}",
                what=f"{code_span(_named(verb))} {blocked(_LOCKS[verb].operation)}",
                harm=(_LOCKS[verb],),
                now=_ACTIONS[verb],
                change=None,
                origin=statement.origin,
            )


def _named(verb: str) -> str:
    return {"VACUUM": "VACUUM FULL", "REFRESH": "REFRESH MATERIALIZED VIEW"}.get(verb, verb)


def _blocks(statement: Statement) -> bool:
    if statement.words[0] == "VACUUM":
        return "FULL" in statement.words
    return "CONCURRENTLY" not in statement.words
