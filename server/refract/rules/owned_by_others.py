"""A change of a model with other owners than you.

## What it does
Finds changes of models and enums that you do not own. Each group of owners is named once, for all that they own.
Owners are set under `owners` in refract.toml, else read from the line of CODEOWNERS that fits the schema file.
A line of CODEOWNERS for all files (`*`) does not count.
You are known by `user.email` and `github.user` of git, in a CI job by its user.

## Why it is risky
The owners know which code, reports and jobs rely on the model, and you may not.

## Example
```prisma before
model Invoice {
  id Int @id
}
```
```prisma after
model Invoice {
  id   Int     @id
  note String?
}
```
```owners
Invoice = "@shop/billing"
```

## Safer way
Keep your fields in a model of your own, or ask the owners to review the change.
```prisma after
model Invoice {
  id Int @id
}

model Reminder {
  id        Int @id
  invoiceId Int
}
```

## When to ignore it
If the owners know of the change.

## Providers
All.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.owners import by_owners
from refract.rules.kit.rule import rule
from refract.wording import counted, joined


@rule(Severity.INFO)
def check(context: RuleContext) -> Iterator[Risk]:
    """The owners of all that changes, each group of them once."""
    for owners, changes in by_owners(context.diff.changes, context.owned).items():
        first, *others = changes
        more = f" and {counted(len(others), 'other object')}" if others else ""
        yield Risk(
            key=" ".join(owners),
            what=f"{code_span(first)}{more} {'are' if others else 'is'} owned by {joined(owners)}",
            harm=(harm(Effect.OWNERS_UNAWARE),),
            now=(action(Do.ASK_OWNERS, owners=joined(owners)),),
            change=changes[first],
        )
