"""Drops a field that running app instances still use.

## What it does
A required column first gets a default or becomes optional, so that inserts can leave it out.
You then deploy a version that does not use the field, which is marked `@ignore`.
Last, the column is dropped.

## When to use it
Prisma Client names every column of a model in its queries.
Once the column is dropped, instances built from the older schema fail on nearly every query (P2022).
A version that does not know a required column cannot insert rows.

## Example
```prisma before
model User {
  id     Int    @id
  legacy String
}
```
```console
refract plan new drop-field User.legacy
```
```prisma after
model User {
  id Int @id
}
```

## Going back
Every step before the last can be undone.
The last step loses the values of the field. Copy them first if you may need them.

## Providers
Every SQL database. MongoDB has no columns to drop.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.lowering.arguments import EMPTY_DEFAULTS, field_references
from refract.recipes._join_table import join_table_name, other_side
from refract.recipes._twin import read_as_optional
from refract.recipes.acts import OLD_INSTANCES_STOPPED, SURE_TO_STAY, BackUp, Deploy
from refract.recipes.base import CannotPlan, ModelField, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.recipes.dialects.base import TEXTS
from refract.recipes.schema_edits import (
    AddAttribute,
    RemoveBlockAttribute,
    RemoveField,
    RetypeField,
    SchemaEdit,
)
from refract.schema.model import Column
from refract.syntax.tree import Attribute
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question("default", "Default for rows inserted by the new version (Prisma syntax; empty: chosen by type)", ""),
)
def drop_field(s: Situation) -> Iterator[Step]:
    """Default, `@ignore`, drop."""
    old = s.field(s.answer("model"), s.answer("field"))
    if old.column is None:
        raise CannotPlan(_no_column(s, old))
    if old.attribute("id") or any(old.name in _listed_fields(a) for a in s.block(old.model).attributes_named("id")):
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is part of the primary key, which cannot be dropped.")
    if any(old.column.name in k.columns for k in s.table(old.model).foreign_keys):
        raise CannotPlan(
            f"{code_span(f'{old.model}.{old.name}')} is the foreign key of a relation. Remove both sides of the relation in a separate "
            "release first, and keep this field."
        )
    relaxed = tuple(_relax_steps(s, old))
    yield from relaxed
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that no longer uses {listed([old.name])}",
        edits=(AddAttribute(old.model, old.name, "@ignore"),) if not old.attribute("ignore") else (),
        after=(Deploy(without=(old.name,)), OLD_INSTANCES_STOPPED, SURE_TO_STAY),
        oldest_version_that_may_return="relax" if relaxed and relaxed[0].acts else "",
        ends_use=(f"{old.model}.{old.name}",),
    )
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {listed([old.name])}",
        edits=(*_lists(s, old), RemoveField(old.model, old.name)),
        before=(BackUp((f"{old.model}.{old.name}",)),),
        point_of_no_return=True,
        loses=f"the values of {code_span(old.name)}",
    )


def _no_column(s: Situation, old: ModelField) -> str:
    if other_side(s, old) is not None:
        return (
            f"{code_span(f'{old.model}.{old.name}')} is a many-to-many relation, with its links in {code_span(join_table_name(old))}. "
            f"Run {code_span(f'explicit-many-to-many {old.model}.{old.name}')} first, then drop the new model (drop-model)."
        )
    return (
        f"{code_span(f'{old.model}.{old.name}')} is a relation, which has no column. Remove both sides of the relation in a separate "
        "release first, then drop the field with its foreign key."
    )


def _relax_steps(s: Situation, old: ModelField) -> Iterator[Step]:
    column = old.column
    if column is None or column.nullable or column.default is not None or column.auto_increment or old.is_list:
        return
    enum = s.tree.block(old.type_name)
    first = enum.values[0].name.text if enum and enum.values else ""
    default = s.answer("default") or _empty_default(old, column) or first
    takes_default = column.type.name not in dialect(s.provider.name).without_default
    unique = bool(old.attribute("unique"))
    if default and takes_default and not unique:
        yield Step(
            id="relax",
            phase=Phase.EXPAND,
            title=f"Give {listed([old.name])} a default",
            edits=(AddAttribute(old.model, old.name, f"@default({default})"),),
        )
        return
    yield Step(
        id="relax",
        phase=Phase.EXPAND,
        title=f"Make {listed([old.name])} optional",
        edits=(RetypeField(old.model, old.name, f"{old.plain_type}?"),),
        after=read_as_optional(old.name),
    )


def _empty_default(old: ModelField, column: Column) -> str:
    """The obvious default of a field; empty for a String that the database keeps as something else, such as a UUID."""
    is_other = old.type_name == "String" and column.type.name not in TEXTS
    return "" if is_other else EMPTY_DEFAULTS.get(old.type_name, "")


def _lists(s: Situation, old: ModelField) -> Iterator[SchemaEdit]:
    """The indexes of the field, which are dropped with it."""
    for attribute in s.block(old.model).attributes:
        if old.name in _listed_fields(attribute):
            yield RemoveBlockAttribute(old.model, s.text(old.model, *attribute.span))


def _listed_fields(attribute: Attribute) -> tuple[str, ...]:
    return tuple(reference.field for reference in field_references(attribute.argument("fields", 0)))
