"""Drops a model that running app instances still use.

## What it does
You deploy a version that does not use the model, which is marked `@@ignore`.
Its foreign keys are dropped and the table is renamed, so that you can wait until nothing misses the table.
Last, the table is dropped.

## When to use it
App instances built from the older schema still query the table.
Dropping a table with foreign keys also blocks reads of the tables that it refers to.
Dropped rows cannot be restored without a backup.

## Example
```prisma before
model User {
  id     Int     @id
  audits Audit[]
}

model Audit {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
```
```console
refract plan new drop-model Audit
```
```prisma after
model User {
  id Int @id
}
```

## Going back
Every step before the last can be undone.
The last step loses the rows of the table. Back up the table first.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.recipes.acts import OLD_INSTANCES_STOPPED, BackUp, Deploy, Until, Wait
from refract.recipes.base import CannotPlan, Phase, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import (
    AddAttribute,
    AddBlockAttribute,
    RemoveBlock,
    RemoveBlockAttribute,
    RemoveField,
    SchemaEdit,
)
from refract.schema.changes import RenameTable
from refract.schema.model import QualifiedName
from refract.wording import listed


@recipe(SubjectKind.MODEL)
def drop_model(s: Situation) -> Iterator[Step]:
    """Ignore, detach, park, drop."""
    name = s.answer("model")
    table = s.table(name)
    pointing = [
        t.model_name or t.name.name
        for t in s.database.tables.values()
        if t.name != table.name and any(k.referenced_table == table.name for k in t.foreign_keys)
    ]
    if pointing:
        one = len(pointing) == 1
        raise CannotPlan(
            f"{listed(pointing)} {'refers' if one else 'refer'} to {code_span(name)}. "
            f"Drop {'that relation' if one else 'these relations'} first."
        )
    relations = tuple(_relations(s, name))
    ignored = () if s.block(name).attribute("ignore") else (AddBlockAttribute(name, "@@ignore"),)
    others = tuple(edit for edit in relations if isinstance(edit, RemoveField) and edit.model != name)
    own = tuple(edit for edit in relations if edit not in others)
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that no longer uses {listed([name])}",
        edits=(*ignored, *(AddAttribute(edit.model, edit.field, "@ignore") for edit in others)),
        after=(Deploy(without=(name,)), OLD_INSTANCES_STOPPED),
        ends_use=(name,),
    )
    if table.foreign_keys:
        yield Step(
            id="detach",
            phase=Phase.CONTRACT,
            title=f"Drop the foreign keys of {listed([name])}",
            edits=(*own, *others),
        )
    parked = QualifiedName(table.name.schema, f"_drop_{table.name.name}")
    mapped = s.block(name).attribute("map")
    unmapped = (RemoveBlockAttribute(name, s.text(name, *mapped.span)),) if mapped else ()
    yield Step(
        id="park",
        phase=Phase.CONTRACT,
        title=f"Park the table as {listed([parked.name])}",
        edits=(*unmapped, AddBlockAttribute(name, f"@@map({prisma_string(parked.name)})")),
        changes=(RenameTable(before=table, after=evolve(table, name=parked, model_name=parked.name)),),
        after=(Wait(Until.NOBODY_MISSES_IT, name),),
    )
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {listed([name])}",
        edits=(RemoveBlock(name),),
        before=(BackUp((name,)),),
        point_of_no_return=True,
        loses=f"the rows of {code_span(name)}",
    )


def _relations(s: Situation, model: str) -> Iterator[SchemaEdit]:
    """The relation fields of the model, and those of other models that are of it."""
    for field in s.fields(model):
        if field.column is None:
            yield RemoveField(model, field.name)
    for placed in s.tree.blocks():
        other = placed.block
        for node in other.fields:
            if node.type.name.text == model and other.name.text != model:
                yield RemoveField(other.name.text, node.name.text)
