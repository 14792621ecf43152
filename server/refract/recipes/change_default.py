"""Sets, changes or drops the default of a field.

## What it does
A default is set or changed in one step, which changes the catalog only.
Before a default is dropped, you deploy a version that always writes the field.

## When to use it
Without the default, a version that relies on it fails on its next insert.
Existing rows keep their values: a default is for new rows only.

## Example
```prisma before
model User {
  id   Int    @id
  plan String @default("free")
}
```
```console
refract plan new change-default User.plan
```
```prisma after
model User {
  id   Int    @id
  plan String
}
```

## Going back
Every step can be undone. No data is lost.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, RemoveAttribute
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question("default", 'New default in Prisma syntax, such as "free" or now() (empty: none)', ""),
)
def change_default(s: Situation) -> Iterator[Step]:
    """Sets a default immediately; drops one after the app is ready."""
    field = s.field(s.answer("model"), s.answer("field"))
    had, wanted = field.attribute("default"), s.answer("default")
    if field.column is None:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} is a relation, which has no default.")
    removed = (RemoveAttribute(field.model, field.name, "default"),) if had else ()
    if wanted:
        yield Step(
            id="set",
            phase=Phase.EXPAND,
            title=f"Give {listed([field.name])} the default {wanted}",
            edits=(*removed, AddAttribute(field.model, field.name, f"@default({wanted})")),
        )
        return
    if not had:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} has no default.")
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that always sets {listed([field.name])}",
        after=(Deploy(always_sets=(field.name,)), OLD_INSTANCES_STOPPED),
    )
    yield Step(id="contract", phase=Phase.CONTRACT, title=f"Drop the default of {listed([field.name])}", edits=removed)
