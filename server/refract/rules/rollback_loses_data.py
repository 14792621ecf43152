"""A rollback loses values and rows written since its migration.

## What it does
Finds migrations with a `down.sql` that drops what the migration added, or cannot restore what it removed.

## Why it is risky
A rollback is a second loss: it deletes what the new version of the app stored,
and does not restore what the migration dropped.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);
```
```sql migration
ALTER TABLE "User" ADD COLUMN "age" INTEGER;
```
```sql down
ALTER TABLE "User" DROP COLUMN "age";
```

## Safer way
Keep the column when you roll back. Drop it in a later migration, when you no longer need its values.
```sql migration
CREATE INDEX "User_id_idx" ON "User"("id");
```
```sql down
DROP INDEX "User_id_idx";
```

## When to ignore it
Nearly every rollback loses something, so this rule is off by default.

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
from refract.sql.rollback import LossKind, losses

_EFFECTS = {
    LossKind.COLUMN_VALUES: Effect.UNDO_LACKS_VALUES,
    LossKind.CONVERTED_VALUES: Effect.UNDO_LACKS_VALUES,
    LossKind.TABLE_ROWS: Effect.UNDO_LACKS_ROWS,
    LossKind.ENUM_ROWS: Effect.UNDO_LACKS_ENUM_ROWS,
    LossKind.ROW_CHANGES: Effect.UNDO_LACKS_ROW_CHANGES,
    LossKind.NEW_VALUES: Effect.UNDO_LOSES_NEW_VALUES,
    LossKind.NEW_ROWS: Effect.UNDO_LOSES_NEW_ROWS,
    LossKind.EMPTY_REQUIRED_COLUMN: Effect.UNDO_FAILS_ON_ROWS,
    LossKind.STATEMENT: Effect.UNDO_LACKS_STATEMENT,
}


@rule(Severity.WARNING, SQL, MIGRATION_ONLY, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """All that is not restored."""
    migration = context.migration
    if migration is None or migration.rollback is None:
        return
    lost = tuple(dict.fromkeys(losses(context.diff.changes)))
    if lost:
        yield Risk(
            key="rollback",
            what=f"Undoing {code_span(migration.name)} loses data",
            harm=(harm(_EFFECTS[loss.kind], of=loss.of) for loss in lost),
            now=(action(Do.BACK_UP_DATABASE),),
            change=None,
        )
