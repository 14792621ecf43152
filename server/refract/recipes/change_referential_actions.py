"""Changes what a relation does when the referenced row is deleted or its key changes.

## What it does
Adds a second foreign key with the new actions, validates it, drops the old one, and gives its name to the new one.
The relation is checked at all times.
While both foreign keys exist, the stricter actions apply.

## When to use it
Prisma drops the foreign key and adds it again.
Nothing is checked in between, and writes to both tables wait while the new foreign key scans the table.

## Example
```prisma before
model User {
  id    Int    @id
  notes Note[]
}

model Note {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
```
```console
refract plan new change-referential-actions Note.user onDelete=Cascade
```
```prisma after
model User {
  id    Int    @id
  notes Note[]
}

model Note {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)
}
```

## Going back
The step can be undone.
Rows that the new actions deleted or changed are not restored.

## Providers
PostgreSQL as described.
The other SQL databases run the SQL that Prisma writes, in one step.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span
from refract.lowering.arguments import field_references
from refract.providers.behaviour import behaviour
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, RemoveAttribute
from refract.schema.changes import AddForeignKey, DropForeignKey, RenameForeignKey
from refract.schema.model import ForeignKey, ReferentialAction
from refract.syntax.tree import Expression
from refract.wording import listed

ACTIONS = {
    "Cascade": ReferentialAction.CASCADE,
    "Restrict": ReferentialAction.RESTRICT,
    "NoAction": ReferentialAction.NO_ACTION,
    "SetNull": ReferentialAction.SET_NULL,
    "SetDefault": ReferentialAction.SET_DEFAULT,
}


@recipe(
    SubjectKind.FIELD,
    Question("onDelete", "Action when the referenced row is deleted (empty: unchanged)", "", ("", *ACTIONS)),
    Question("onUpdate", "Action when the key of the referenced row changes (empty: unchanged)", "", ("", *ACTIONS)),
)
def change_referential_actions(s: Situation) -> Iterator[Step]:
    """Adds the new constraint next to the old one, validates it, swaps them."""
    field = s.field(s.answer("model"), s.answer("field"))
    node = field.node.attribute("relation")
    if node is None or node.argument("fields") is None:
        raise CannotPlan(
            f"{code_span(f'{field.model}.{field.name}')} is not the side of a relation with the foreign key."
        )
    arguments = [a for a in node.arguments if a.name is None or a.name.text not in _asked(s)]
    kept = [s.text(field.model, *a.span) for a in arguments]
    written = f"@relation({', '.join((*kept, *(f'{k}: {v}' for k, v in _asked(s).items())))})"
    edits = (RemoveAttribute(field.model, field.name, "relation"), AddAttribute(field.model, field.name, written))
    title = f"Give the foreign key of {listed([field.name])} its new actions"
    key = _key(s, field.model, node.argument("fields"))
    new = evolve(
        key,
        on_delete=ACTIONS.get(s.answer("onDelete"), key.on_delete),
        on_update=ACTIONS.get(s.answer("onUpdate"), key.on_update),
    )
    if new == key:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} already has these actions.")
    if not behaviour(s.provider.name).concurrent_indexes:  # nor NOT VALID, by which the new key is added first
        yield Step(id="replace", phase=Phase.SWITCH, title=title, edits=edits)
        return
    table = s.table(field.model).name
    temporary = evolve(new, name=f"{key.name[:58]}_new", validated=True)
    yield Step(
        id="replace",
        phase=Phase.SWITCH,
        title=title,
        edits=edits,
        changes=(
            AddForeignKey(table=table, foreign_key=temporary),
            DropForeignKey(table=table, foreign_key=key),
            RenameForeignKey(table=table, before=temporary, after=new),
        ),
    )


def _asked(s: Situation) -> dict[str, str]:
    return {name: s.answer(name) for name in ("onDelete", "onUpdate") if s.answer(name)}


def _key(s: Situation, model: str, fields: Expression | None) -> ForeignKey:
    names = [reference.field for reference in field_references(fields)]
    columns = tuple(c.name for c in (s.field(model, name).column for name in names) if c is not None)
    found = next((k for k in s.table(model).foreign_keys if k.columns == columns), None)
    if found is None:
        raise CannotPlan(f"The relation of {listed(names)} has no foreign key in the database.")
    built = s.table_built(s.table(model).name).foreign_key(found.name)
    return evolve(found, deferral=built.deferral) if built else found
