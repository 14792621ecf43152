"""The pending change is about an object that a merged migration changes in a way that Refract did not follow.

## What it does
Finds pending changes of tables and enums that an earlier statement names whose effect is unknown.

## Why it is risky
The object may differ from what the change is compared with. The migration can then fail, or repeat a change.

## Example
```sql history
DO $$ BEGIN FOR i IN SELECT n FROM sizes LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x%s INT', 'User', i); END LOOP; END $$;
```
```prisma before
model User {
  id Int @id
}
```
```prisma after
model User {
  id Int  @id
  x1 Int?
}
```

## Safer way
Check what the earlier statement has done, and review the SQL of the new migration.
```sql history
ALTER TABLE "User" ADD COLUMN "x0" INTEGER;
```

## When to ignore it
When you compared the pending change with a database that has all migrations.

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
from refract.rules.kit.labels import model_name
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.schema.changes import Change, objects


@rule(Severity.WARNING, SQL, SCHEMA_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each object once that a change is about and a statement touches that was not followed."""
    changed: dict[str, Change] = {}
    for change in context.diff.changes:
        for name in objects(change):
            if context.doubt(name) and model_name(context, name) not in changed:
                changed[model_name(context, name)] = change
                yield Risk(
                    key=str(name),
                    what=f"The state of {code_span(model_name(context, name))} is uncertain",
                    harm=(harm(Effect.STATE_UNCERTAIN),),
                    now=(action(Do.COMPARE_WITH_DATABASE), action(Do.ACCEPT_FINDING)),
                    change=change,
                    related=context.doubt(name),
                )
