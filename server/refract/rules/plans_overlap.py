"""Two plans are about the same field.

## What it does
Finds plans that are not finished and whose next steps change the same field, model or enum value.

## Why it is risky
Each was made for a schema without the other: the second one's SQL meets columns and triggers that it does not know.

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
Finish one, then make the other from there.
```plan drop-field User.name
abandon
```

## When to ignore it
Never: abandon one of them.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from refract.plans import Progress
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import PlaceRole, Related, Risk, Severity
from refract.rules.kit.plans import head_of, subject_of
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
            what=f"The plans `{older.name}` and `{newer.name}` both change `{shared}`, and neither knows of the other. Finish one "
            f"before the other goes on, or end one with `refract plan abandon {newer.name}`.",
            change=None,
            origin=head_of(newer),
            related=(Related(head_of(older), PlaceRole.PLAN, f"plan `{older.name}`"),),
        )


def _shared(first: Progress, second: Progress, tree: SchemaTree) -> str:
    ours, theirs = subject_of(first, tree), subject_of(second, tree)
    whole = {block for block, member in ours | theirs if not member}
    everywhere = {block for block, _ in ours} & {block for block, _ in theirs} & whole
    common = ours & theirs | {(block, "") for block in everywhere}
    return next((".".join(filter(None, found)) for found in sorted(common)), "")
