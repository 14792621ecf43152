"""A trigger of a plan exists, but no open plan will drop it.

## What it does
Finds triggers that keep two columns or tables in sync for a plan, and that no open plan knows:
the plan's file was deleted, or the plan was abandoned.

## Why it is risky
The trigger still copies values on every write.
If a column that it reads is dropped later, every insert and update of the table fails.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
abandon
```

## Safer way
Restore the plan's file from git and finish the plan. Or undo its steps with `refract plan back` before you abandon it.
```plan rename-field User.name to=title how=trigger
next
```

## When to ignore it
When the trigger is your own. Triggers of plans are found by their names, such as `User_title_sync`.

## Providers
PostgreSQL and MySQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.plans import Progress
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import PLANS_ONLY, rule
from refract.schema.model import DatabaseObject


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each trigger of a plan that no open plan knows."""
    view = context.plans
    for trigger in view.triggers if view else ():
        if view and not any(_knows(progress, trigger) for progress in view.progress):
            yield _risk(trigger)


def _knows(progress: Progress, trigger: DatabaseObject) -> bool:
    name = trigger.key.name.name
    return any(name in migration.sql for step in progress.plan.steps for migration in (*step.migrations, *step.undo))


def _risk(trigger: DatabaseObject) -> Risk:
    name = code_span(trigger.key.name.name)
    table = code_span(trigger.key.table.name) if trigger.key.table else "its table"
    return Risk(
        key=trigger.key.name.name,
        what=f"Trigger {name} of {table} belongs to no open plan",
        harm=(harm(Effect.TRIGGER_STILL_COPIES, trigger=name, table=table),),
        now=(action(Do.RESTORE_PLAN_FILE), instead(Do.DROP_TRIGGER, trigger=name)),
        change=None,
        origin=trigger.origin,
    )
