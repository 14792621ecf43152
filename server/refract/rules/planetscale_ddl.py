"""A foreign key is added on PlanetScale, which refuses foreign keys by default.

## What it does
Finds new foreign keys on PlanetScale and other databases that run on Vitess.

## Why it is risky
PlanetScale refuses foreign keys unless they are enabled for the database, and never supports them across shards.
Its schema changes run in the background, by deploy requests from a branch instead of `prisma migrate deploy`.

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
Set `relationMode = "prisma"` in the datasource, add an `@@index` over the fields of each relation, and use `prisma db push` on a branch.
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
When foreign keys are enabled for the database.

## Providers
PlanetScale.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import field_name, model_name, table_label
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import rule
from refract.schema.model import ForeignKey, QualifiedName

_FLAVOUR = "planetscale"


@rule(Severity.INFO, frozenset({"mysql"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new foreign key on PlanetScale."""
    if context.versions.flavour != _FLAVOUR:
        return
    for table, key, change in new_foreign_keys(context):
        yield Risk(
            key=f"{table}.{key.name}",
            what=f"Adding a foreign key to {table_label(context, table)} fails on PlanetScale",
            harm=(harm(Effect.FOREIGN_KEYS_NOT_ENABLED),),
            now=(
                action(Do.SET_RELATION_MODE),
                action(
                    Do.ADD_ATTRIBUTE, attribute=_index(context, table, key), field=code_span(model_name(context, table))
                ),
            ),
            change=change,
            origin=key.origin,
        )


def _index(context: RuleContext, table: QualifiedName, key: ForeignKey) -> str:
    known = context.after.tables.get(table)
    columns = ((known.column(name) if known else None, name) for name in key.columns)
    return f"@@index([{', '.join(field_name(column) if column else name for column, name in columns)}])"
