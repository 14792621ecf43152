"""A foreign key is added in a project that does not use foreign keys.

## What it does
Finds every new foreign key.

## Why it is risky
Online migration tools such as gh-ost cannot change tables with foreign keys, and sharded databases do not support them.

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
Set `relationMode = "prisma"` in the datasource, and add an `@@index` for each relation field.
A field without a relation has no foreign key:
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
When the project uses foreign keys.

## Providers
All databases with foreign keys. Off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import field_name, model_name, table_label
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import SQL, rule
from refract.schema.model import ForeignKey, QualifiedName
from refract.wording import listed


@rule(Severity.INFO, SQL, on_by_default=False)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new foreign key."""
    for table, key, change in new_foreign_keys(context):
        yield Risk(
            key=f"{table}.{key.name}",
            what=f"{table_label(context, table)} gets a foreign key on {listed(key.columns)}",
            harm=(harm(Effect.ONLINE_TOOLS_EXCLUDED),),
            now=(action(Do.SET_RELATION_MODE), _index(context, table, key)),
            change=change,
            origin=key.origin,
        )


def _index(context: RuleContext, name: QualifiedName, key: ForeignKey) -> Action:
    table = context.after.tables.get(name)
    columns = [table.column(column) for column in key.columns] if table else []
    fields = ", ".join(field_name(column) for column in columns if column is not None)
    return action(Do.ADD_ATTRIBUTE, attribute=f"@@index([{fields}])", field=code_span(model_name(context, name)))
