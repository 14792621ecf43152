"""The table that Prisma creates for an implicit many-to-many relation, and names after the relation or the two models."""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes.base import CannotPlan, ModelField, Situation
from refract.recipes.schema_edits import AddAttribute, RemoveAttribute, SchemaEdit


def relation_name(field: ModelField) -> str:
    """The name that a relation is given in the schema; empty if it has none."""
    node = field.node.attribute("relation")
    return str(getattr(node.argument("name", 0), "value", "")) if node else ""


def join_table_name(field: ModelField) -> str:
    """The name of the join table of an implicit many-to-many relation."""
    return f"_{relation_name(field) or 'To'.join(sorted((field.model, field.type_name)))}"


def other_side(s: Situation, field: ModelField) -> ModelField | None:
    """The field on the other side of an implicit many-to-many relation; None if `field` is not a side of one."""
    if field.column is not None or not field.is_list or s.tree.block(field.type_name) is None:
        return None
    others = (f for f in s.fields(field.type_name) if f.type_name == field.model and f.is_list and f.column is None)
    same = [f for f in others if relation_name(f) == relation_name(field) and (f.model, f.name) != _key(field)]
    return same[0] if len(same) == 1 else None


def join_tables_kept(s: Situation, model: str, to: str) -> Iterator[SchemaEdit]:
    """Keeps the join tables of a model that is renamed: their relations get the names that they have now.

    Raises CannotPlan if the columns of one would swap: A holds the key of the model whose name sorts first.
    """
    for field in s.fields(model):
        other = other_side(s, field)
        if other is None or field.type_name == model:
            continue
        if (model < field.type_name) != (to < field.type_name):
            raise CannotPlan(
                f"Prisma would swap the two columns of {code_span(join_table_name(field))}, the join table of "
                f"{code_span(f'{model}.{field.name}')}, since it orders them by model name. Run "
                f"{code_span(f'explicit-many-to-many {model}.{field.name}')} first, or choose a name on the same side "
                f"of {code_span(field.type_name)}."
            )
        if not relation_name(field):
            yield from _named(field, to)
            yield from _named(other, other.model)


def _named(field: ModelField, model: str) -> Iterator[SchemaEdit]:
    if field.node.attribute("relation") is not None:
        yield RemoveAttribute(model, field.name, "relation")
    yield AddAttribute(model, field.name, f'@relation("{join_table_name(field)[1:]}")')


def _key(field: ModelField) -> tuple[str, str]:
    return field.model, field.name
