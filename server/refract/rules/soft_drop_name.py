"""A table is dropped that was not put aside under another name first.

## What it does
Finds dropped tables whose name does not say that they are about to go.

## Why it is risky
A table that is renamed first, to `_drop_orders` or `orders_deprecated`, can be called back for a while if something still needs it.

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
When the project does not put tables aside.

## Providers
All with tables. Off unless the project asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import join_table, table_label
from refract.schema.changes import DropTable

_ASIDE = re.compile(
    r"(?i)(?:^|_)(?:del|delete|deleted|deprecated|drop|dropped|old|unused|trash)(?:_|$)|(?:Deprecated|Dropped|Old)$"
)


@rule(Severity.INFO, SQL, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table that goes straight away."""
    for change in context.changes(DropTable):
        name = change.table.name
        if not (join_table(change.table) or _ASIDE.search(name.name)):
            yield Risk(
                key=str(name),
                what=f"{table_label(context, name)} is dropped under its own name: rename it to `_drop_{name.name}` in one "
                "release and drop it in a later one, so that it can be called back.",
                change=change,
            )
