"""A step of a plan still lacks the SQL expression for existing rows.

## What it does
Finds migrations of a plan that still contain the placeholder for the expression.

## Why it is risky
The rows keep NULL. The step that makes the column required then fails on them, in the middle of a deploy.

## Example
```prisma before
model User {
  id   Int     @id
  name String?
}
```
```plan make-field-required User.name
done
next
```

## Safer way
Give the expression when you make the plan, or replace the placeholder in the migration.
```plan make-field-required User.name value='unknown'
done
next
```

## When to ignore it
Never, because the rows would stay without a value.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes.base import UNANSWERED
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.plans import in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.text import Origin, Span


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration with the placeholder."""
    for view, progress in in_view(context):
        folders = (m.folder for step in progress.plan.steps for m in step.migrations)
        for folder in folders:
            migration = view.migrations.get(folder)
            at = migration.data.decode(errors="replace").find(UNANSWERED) if migration else -1
            if migration is None or at < 0:
                continue
            yield Risk(
                key=f"{progress.plan.name}:{folder}",
                what=f"Migration {code_span(folder)} fills rows with NULL",
                harm=(harm(Effect.LATER_STEP_FAILS_ON_NULL),),
                now=(action(Do.REPLACE_PLACEHOLDER, placeholder=UNANSWERED),),
                change=None,
                origin=Origin(migration.path, "", Span(at, at + len(UNANSWERED))),
            )
