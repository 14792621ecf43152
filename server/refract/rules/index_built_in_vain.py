"""A migration rebuilds or drops an index that an earlier migration of the same deploy builds.

## What it does
Finds new migrations that rewrite a table after another one has built an index on it, and those that drop such an index.

## Why it is risky
A rewrite builds all indexes of the table again, while its lock keeps all queries waiting.
This holds for an index that was built with `CONCURRENTLY`, too.
An index that is dropped in the same deploy was built for nothing.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, "age" INTEGER, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql here 20250201000000_index
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```
```sql here 20250202000000_wider
ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE BIGINT;
```

## Safer way
Build the index last.
```sql here 20250201000000_index
```
```sql here 20250202000000_wider
ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE BIGINT;
```
```sql here 20250203000000_index
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");
```

## When to ignore it
When the table is small, or the index helps only a migration in between.

## Providers
PostgreSQL, MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.operation import Duration
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.deploy import InDeploy, blocking_passes, changes_of, earlier, rows_written
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import table_label
from refract.rules.kit.rule import HISTORY_ONLY, rule
from refract.schema.changes import CreateIndex, DropColumn, DropIndex
from refract.schema.model import QualifiedName


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index of the deploy that a later migration of it rebuilds or drops."""
    built: dict[tuple[QualifiedName, str], InDeploy] = {}
    for found in changes_of(context):
        change = found.change
        if isinstance(change, CreateIndex):
            built[change.table, change.index.name] = found
            continue
        for key in _dropped(found, built):
            first = built.pop(key)
            if not _has_helped(context, first, found, key[0]):
                yield _risk_of_drop(first, found, key[1])
        for table in blocking_passes(found, context.versions, Duration.REWRITE):
            for key in [key for key in built if key[0] == table and built[key].at < found.at]:
                yield _risk_of_rewrite(context, built.pop(key), found, key)


def _dropped(found: InDeploy, built: dict[tuple[QualifiedName, str], InDeploy]) -> list[tuple[QualifiedName, str]]:
    """The indexes of earlier migrations that a change drops, by themselves or with a column."""
    change = found.change
    if isinstance(change, DropIndex):
        keys = [(change.table, change.index.name)]
    elif isinstance(change, DropColumn):
        keys = [key for key, first in built.items() if key[0] == change.table and _covers(first, change.column.name)]
    else:
        return []
    return [key for key in keys if key in built and built[key].at < found.at]


def _covers(found: InDeploy, column: str) -> bool:
    index = found.change.index if isinstance(found.change, CreateIndex) else None
    return index is not None and any(part.name == column for part in index.columns)


def _has_helped(context: RuleContext, first: InDeploy, last: InDeploy, table: QualifiedName) -> bool:
    """Whether rows were written in between: the index was probably built for that."""
    return any(table in (*rows.tables, *rows.reads) for rows in rows_written(context, first.at, last.at))


def _risk_of_drop(first: InDeploy, found: InDeploy, index: str) -> Risk:
    label, name = code_span(index), code_span(first.step.name)
    return Risk(
        key=f"{found.step.name}:{index}",
        what=f"This drops {label}, which the same deploy builds",
        harm=(harm(Effect.INDEX_NEVER_USED, index=label, migration=name),),
        now=(action(Do.REMOVE_EARLIER_INDEX, migration=name),),
        change=found.change,
        related=earlier(first, label),
        severity=Severity.INFO,
    )


def _risk_of_rewrite(context: RuleContext, first: InDeploy, found: InDeploy, key: tuple[QualifiedName, str]) -> Risk:
    label, name = code_span(key[1]), code_span(first.step.name)
    return Risk(
        key=f"{found.step.name}:{key[1]}",
        what=f"Rewriting {table_label(context, key[0])} rebuilds an index of {name}",
        harm=(harm(Effect.INDEX_BUILT_TWICE, index=label),),
        now=(action(Do.BUILD_INDEX_LAST, index=label, migration=name),),
        change=found.change,
        related=earlier(first, label),
    )
