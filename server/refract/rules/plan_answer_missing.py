"""A step of a plan waits for an SQL expression that only a person can give.

## What it does
Finds migrations of a plan in which the mark for a missing expression still stands.

## Why it is risky
The rows keep NULL. The step that makes the column required then fails on them, in the middle of a deployment.

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
Give the expression when the plan is made, or replace the mark in the migration by one.
```plan make-field-required User.name value='unknown'
done
next
```

## When to ignore it
Never: rows would stay without a value.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes.base import UNANSWERED
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.plans import in_view
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.text import Origin, Span


@rule(Severity.ERROR, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each migration with the mark."""
    for view, progress in in_view(context):
        folders = (m.folder for step in progress.plan.steps for m in step.migrations)
        for folder in folders:
            migration = view.migrations.get(folder)
            at = migration.data.decode(errors="replace").find(UNANSWERED) if migration else -1
            if migration is None or at < 0:
                continue
            yield Risk(
                key=f"{progress.plan.name}:{folder}",
                what=f"`{folder}` fills rows with NULL: replace `{UNANSWERED}` by the SQL expression that gives each row its value, "
                "such as 'unknown' in quotes, or another column. As it stands, the step that makes the column required fails.",
                change=None,
                origin=Origin(migration.path, "", Span(at, at + len(UNANSWERED))),
            )
