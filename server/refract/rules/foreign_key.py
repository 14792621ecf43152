"""A foreign key is added in a project that does without them.

## What it does
Finds every new foreign key.

## Why it is risky
Tools that change large tables online (gh-ost) do not work on tables with foreign keys, and sharded databases cannot hold them.

## Example
```prisma before
model A {
  id Int @id
}
```
```prisma after
model A {
  id Int @id
  b  B[]
}

model B {
  id  Int @id
  aId Int
  a   A   @relation(fields: [aId], references: [id])
}
```

## Safer way
Set `relationMode = "prisma"` in the datasource, and give each relation field an `@@index`. A field without a relation has none:
```prisma after
model A {
  id Int @id
}

model B {
  id  Int @id
  aId Int
}
```

## When to ignore it
When the project wants foreign keys.

## Providers
All with foreign keys. Off unless the project asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.words import table_label
from refract.wording import listed


@rule(Severity.INFO, SQL, on=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new one."""
    for table, key, change in new_foreign_keys(context):
        yield Risk(
            key=f"{table}.{key.name}",
            what=f"{table_label(context, table)} gets a foreign key over {listed(key.columns)}, and this project does without "
            'them: set `relationMode = "prisma"`, and index the fields.',
            change=change,
            origin=key.origin,
        )
