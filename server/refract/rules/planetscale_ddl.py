"""A foreign key is added on a database that shards.

## What it does
Finds new foreign keys on PlanetScale, and other databases that run on Vitess.

## Why it is risky
PlanetScale refuses foreign keys unless they are turned on for the database, and never has them across shards.
Its schema changes run in the background, by deploy requests from a branch, not by `migrate deploy`.

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
Set `relationMode = "prisma"` in the datasource, give each relation field an `@@index`, and use `db push` on a branch.
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
When foreign keys are turned on for the database.

## Providers
PlanetScale.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import rule
from refract.rules.kit.words import table_label
from refract.wording import listed

_FLAVOUR = "planetscale"


@rule(Severity.INFO, frozenset({"mysql"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new foreign key there."""
    if context.versions.flavour != _FLAVOUR:
        return
    for table, key, change in new_foreign_keys(context):
        yield Risk(
            key=f"{table}.{key.name}",
            what=f"{table_label(context, table)} gets a foreign key over {listed(key.columns)}: PlanetScale refuses it unless "
            'foreign keys are turned on there. Set `relationMode = "prisma"`, and index the fields.',
            change=change,
            origin=key.origin,
        )
