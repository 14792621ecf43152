"""Turns the join table of an implicit many-to-many relation into a model.

## What it does
Maps a new model to the existing join table, with its columns, key, index and constraints.
The database does not change: old and new versions of the app use the same table.
You can add fields to the model afterwards.

## When to use it
Prisma would drop the implicit join table and create an empty one for the new model, which loses every link.

## Example
```prisma before
model Post {
  id   Int   @id
  tags Tag[]
}

model Tag {
  id    Int    @id
  posts Post[]
}
```
```console
refract plan new explicit-many-to-many Post.tags model_name=PostTag
```
```prisma after
model Post {
  id   Int       @id
  tags PostTag[]
}

model Tag {
  id    Int       @id
  posts PostTag[]
}

model PostTag {
  postId Int  @map("A")
  tagId  Int  @map("B")
  post   Post @relation(fields: [postId], references: [id], onDelete: Cascade, map: "_PostToTag_A_fkey")
  tag    Tag  @relation(fields: [tagId], references: [id], onDelete: Cascade, map: "_PostToTag_B_fkey")

  @@id([postId, tagId], map: "_PostToTag_AB_pkey")
  @@index([tagId], map: "_PostToTag_B_index")
  @@map("_PostToTag")
}
```

## Going back
The step can be undone by editing the schema alone. No data is lost.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.recipes._join_table import join_table_name, other_side
from refract.recipes.acts import Deploy
from refract.recipes.base import CannotPlan, ModelField, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddBlock, RemoveAttribute, RetypeField, SchemaEdit
from refract.schema.model import Table
from refract.syntax.tree import Keyword
from refract.wording import listed


@recipe(SubjectKind.FIELD, Question("model_name", "Name of the new model (empty: names of both models)", ""))
def explicit_many_to_many(s: Situation) -> Iterator[Step]:
    """One step, which the database does not notice."""
    field = s.field(s.answer("model"), s.answer("field"))
    back = _other_side(s, field)
    join = _join_table(s, field)
    first, second = sorted((field, back), key=lambda f: f.type_name)
    # The field of type A is in model B: column A holds the key of the model whose name sorts first.
    a, b = first.type_name, second.type_name
    name = s.new_block_name(s.answer("model_name") or f"{a}{b}", Keyword.MODEL)
    yield Step(
        id="model",
        phase=Phase.SWITCH,
        title=f"Give the join table {listed([join.name.name])} the model {listed([name])}",
        edits=(
            AddBlock(_block(s, name, join, a, b)),
            *(edit for side in (field, back) for edit in _listed_through(side, name)),
        ),
        after=(Deploy(uses=(name,), instead_of=(field.name, back.name)),),
        ends_use=(f"{field.model}.{field.name}", f"{back.model}.{back.name}"),
    )


def _other_side(s: Situation, field: ModelField) -> ModelField:
    if field.column is not None or not field.is_list or s.tree.block(field.type_name) is None:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} is not a list of another model.")
    if field.type_name == field.model:
        raise CannotPlan("A many-to-many relation of a model with itself is not supported yet.")
    other = other_side(s, field)
    if other is None:
        raise CannotPlan(
            f"{code_span(f'{field.model}.{field.name}')} is not one side of an implicit many-to-many relation."
        )
    return other


def _listed_through(side: ModelField, name: str) -> Iterator[SchemaEdit]:
    """The field of one side now lists rows of the join table; a relation's name was that of the old one."""
    yield RetypeField(side.model, side.name, f"{name}[]")
    if side.node.attribute("relation") is not None:
        yield RemoveAttribute(side.model, side.name, "relation")


def _join_table(s: Situation, field: ModelField) -> Table:
    name = join_table_name(field)
    found = next((t for t in s.database.tables.values() if t.name.name == name and not t.model_name), None)
    if found is None:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} has no implicit join table.")
    return found


def _block(s: Situation, name: str, join: Table, a: str, b: str) -> str:
    a_field, b_field = (f"{m[:1].lower()}{m[1:]}" for m in (a, b))
    sides = ((a_field, a, "A"), (b_field, b, "B"))
    fields = [(f"{n}Id", _key_type(s, m), f"@map({prisma_string(c)}){_native(s, m)}") for n, m, c in sides]
    fields += [(n, m, _relation(s, join, n, m, c)) for n, m, c in sides]
    names, types = (max(len(row[at]) for row in fields) for at in (0, 1))
    lines = [f"model {name} {{", *(f"  {n:{names}} {t:{types}} {rest}" for n, t, rest in fields), ""]
    pair = f"[{a_field}Id, {b_field}Id]"
    if join.primary_key is not None:
        mapped = f", map: {prisma_string(join.primary_key.name)}" if join.primary_key.name else ""
        lines.append(f"  @@id({pair}{mapped})")
    lines += [
        f"  @@unique({pair}, map: {prisma_string(i.name)})"
        if i.unique
        else f"  @@index([{b_field}Id], map: {prisma_string(i.name)})"
        for i in join.indexes
    ]
    namespace = [f'  @@schema("{join.name.schema}")'] if s.database.schemas else []
    return "\n".join((*lines, f"  @@map({prisma_string(join.name.name)})", *namespace, "}"))


def _relation(s: Situation, join: Table, field: str, model: str, column: str) -> str:
    key = next((k.name for k in join.foreign_keys if k.columns == (column,)), "")
    mapped = f", map: {prisma_string(key)}" if key and s.provider.maps_foreign_keys else ""
    return f"@relation(fields: [{field}Id], references: [{_key(s, model).name}], onDelete: Cascade{mapped})"


def _key(s: Situation, model: str) -> ModelField:
    found = next((f for f in s.fields(model) if f.attribute("id")), None)
    if found is None:
        raise CannotPlan(f"{code_span(model)} has no @id on a single field.")
    return found


def _key_type(s: Situation, model: str) -> str:
    return _key(s, model).plain_type


def _native(s: Situation, model: str) -> str:
    return "".join(f" {a}" for a in _key(s, model).attributes if a.startswith("@db."))
