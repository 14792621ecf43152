"""A partition is attached or detached in a way that blocks queries.

## What it does
Finds `ATTACH PARTITION` of a table with rows and without a CHECK, and `DETACH PARTITION` without `CONCURRENTLY`.

## Why it is risky
PostgreSQL scans a table that it attaches, unless a valid CHECK proves that every row fits.
It also scans the default partition, if there is one. Both are locked with ACCESS EXCLUSIVE while the scans run.
Detaching locks the partitioned table with ACCESS EXCLUSIVE: all queries on all its partitions wait.

## Example
```sql before
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "at" DATE NOT NULL) PARTITION BY RANGE ("at");
CREATE TABLE "Event2025" ("id" INTEGER NOT NULL, "at" DATE NOT NULL);
```
```sql migration
ALTER TABLE "Event" ATTACH PARTITION "Event2025" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
```

## Safer way
Add a CHECK on the same range as `NOT VALID`, and validate it, before you attach the table.
To detach, use `DETACH PARTITION ... CONCURRENTLY`, alone in a separate migration (PostgreSQL 14 and newer).
```sql migration
ALTER TABLE "Event2025" ADD CONSTRAINT "year" CHECK ("at" >= '2025-01-01' AND "at" < '2026-01-01') NOT VALID;
```

## When to ignore it
When the table is small and no long transaction uses the partitioned table.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, blocking, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.row_state import rows_above
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.schema.model import Database, QualifiedName

_SCANNED = Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.ROW_CHECK, duration=Duration.SCAN)
_DETACHED = Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.CATALOG_UPDATE)


@rule(Severity.WARNING, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each partition that is attached with a scan, or detached under the strong lock."""
    for statement in context.statements:
        if statement.says("ATTACH", "PARTITION"):
            for parent, partition in _links(context.after, statement):
                if _is_scanned(context, statement, partition):
                    yield _attached(context, statement, parent, partition)
        if statement.says("DETACH", "PARTITION") and not {"CONCURRENTLY", "FINALIZE"} & set(statement.words):
            for parent, partition in _links(context.before, statement):
                if not context.is_new(parent):
                    yield _detached(context, statement, parent, partition)


def _links(database: Database, statement: Statement) -> Iterator[tuple[QualifiedName, QualifiedName]]:
    """The partitioned table and the partition that the statement names."""
    for name, table in database.tables.items():
        if statement.mentions(name.name):
            yield from ((parent, name) for parent in table.inherits if statement.mentions(parent.name))


def _is_scanned(context: RuleContext, statement: Statement, partition: QualifiedName) -> bool:
    """Not if the table is new and empty, or a CHECK may prove that its rows fit."""
    rows = rows_above(context, statement)
    return not rows.has_check(partition) and (not context.is_new(partition) or rows.has_rows(partition))


def _attached(context: RuleContext, statement: Statement, parent: QualifiedName, partition: QualifiedName) -> Risk:
    label, whole = table_label(context, partition), table_label(context, parent)
    return Risk(
        key=f"attach {partition}",
        what=f"Attaching {label} to {whole} scans its rows",
        harm=(*blocking(_SCANNED, label), harm(Effect.DEFAULT_PARTITION_SCANNED, table=whole)),
        now=(action(Do.ADD_PARTITION_CHECK), action(Do.VALIDATE_IN_NEXT_MIGRATION), action(Do.ATTACH_AFTER_CHECK)),
        change=None,
        origin=statement.origin,
    )


def _detached(context: RuleContext, statement: Statement, parent: QualifiedName, partition: QualifiedName) -> Risk:
    label, whole = table_label(context, partition), table_label(context, parent)
    return Risk(
        key=f"detach {partition}",
        what=f"Detaching {label} locks all of {whole}",
        harm=blocking(_DETACHED, whole, label),
        now=(action(Do.USE_IN_SEPARATE_MIGRATION, sql="DETACH PARTITION ... CONCURRENTLY"),),
        change=None,
        origin=statement.origin,
    )
