"""Two plans change the same field.

## What it does
Finds open plans whose next steps change the same field, model or enum value.

## Why it is risky
Each plan was made for a schema without the other: the SQL of the second one meets unexpected columns and triggers.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```plan rename-field User.name to=title how=trigger
next
```
```plan drop-field User.name
```

## Safer way
Finish one plan, then make the other one.
```plan drop-field User.name
abandon
```

## When to ignore it
Never. Abandon one of them.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from refract.escaping import code_span
from refract.plans import Progress
from refract.plans.territory import open_territory, shared
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import PlaceRole, Related, Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.plans import head_of, open_steps
from refract.rules.kit.rule import PLANS_ONLY, SQL, rule
from refract.syntax import SchemaTree


@rule(Severity.WARNING, SQL, PLANS_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each pair of plans with something in common."""
    view = context.plans
    for first, second in combinations(view.progress if view else (), 2):
        shared = _shared(first, second, view.tree) if view else ""
        if not shared:
            continue
        older, newer = sorted((first.plan, second.plan), key=lambda p: (p.created, p.name))
        yield Risk(
            key=f"{older.name}:{newer.name}",
            what=f"Plans {code_span(older.name)} and {code_span(newer.name)} both change {code_span(shared)}",
            harm=(harm(Effect.PLANS_UNAWARE_OF_EACH_OTHER),),
            now=(
                action(Do.FINISH_ONE_PLAN_FIRST),
                instead(Do.ABANDON_PLAN, plan=newer.name),
            ),
            change=None,
            origin=head_of(newer),
            related=(Related(head_of(older), PlaceRole.PLAN, f"plan {code_span(older.name)}"),),
        )


def _shared(first: Progress, second: Progress, tree: SchemaTree) -> str:
    ours, theirs = (
        open_territory((step for _, step in open_steps(progress)), progress.plan, tree) for progress in (first, second)
    )
    return shared(ours, theirs)
