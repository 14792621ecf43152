"""A table is dropped without being renamed in an earlier release.

## What it does
Finds dropped tables whose name does not mark them as unused.

## Why it is risky
A table that is first renamed, to `_drop_orders` or `orders_deprecated`, can be restored quickly if something still needs it.

## Example
```prisma before
model A {
  id Int @id
}

model B {
  id Int @id
}
```
```prisma after
model A {
  id Int @id
}
```

## Safer way
Rename the table in one release, and drop it in a later one.
```prisma after
model A {
  id Int @id
}

model B {
  id Int @id
}
```

## When to ignore it
When your team does not rename tables before it drops them.

## Providers
All SQL databases. Off by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import is_join_table, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import DropTable

_ASIDE = re.compile(
    r"(?i)(?:^|_)(?:del|delete|deleted|deprecated|drop|dropped|old|unused|trash)(?:_|$)|(?:Deprecated|Dropped|Old)$"
)


@rule(Severity.INFO, SQL, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that is dropped under its own name."""
    for change in context.changes(DropTable):
        name = change.table.name
        if not (is_join_table(change.table) or _ASIDE.search(name.name)):
            yield Risk(
                key=str(name),
                what=f"{table_label(context, name)} is dropped without a rename before it",
                harm=(harm(Effect.NO_WAY_TO_RESTORE_TABLE),),
                now=(action(Do.RENAME_TABLE_BEFORE_DROP, name=f"_drop_{name.name}"), action(Do.DROP_IN_LATER_RELEASE)),
                change=change,
            )
