"""Relations that Prisma refuses: without an opposite field, over fields that do not exist or do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from refract.lowering.arguments import FieldReference, field_references, text_of
from refract.lowering.fault import Fault
from refract.lowering.scope import Scope
from refract.syntax.tree import Arity, Attribute, Block, Field, Keyword

_NO_RELATION = frozenset({"id", "unique", "default", "map", "updatedAt"})
"""Attributes that stand on scalar fields only."""


def relation_fault(block: Block, field: Field, target: Block, scope: Scope) -> Fault | None:
    """The first reason why Prisma refuses the relation `field` of `block` to the model or view `target`."""
    return next(_faults(block, field, target, scope), None)


def _faults(block: Block, field: Field, target: Block, scope: Scope) -> Iterator[Fault]:
    attribute, name = field.attribute("relation"), field.name.text
    for wrong in (a for a in field.attributes if a.name.text in _NO_RELATION):
        yield Fault(f"@{wrong.name.text} cannot stand on the relation {name}.", wrong.span)
    if block.problems or target.problems:  # the line that is missing may be among those
        return
    if attribute is not None:
        yield from _reference_faults(block, attribute, target)
    if scope.provider.schemaless:
        return
    doubtful = (target.name.text,)
    opposites = _same_relation(target, block, field)
    siblings = _same_relation(block, target, field) if target is not block else []
    if not opposites:
        message = f"{target.name.text} has no field for the other side of {block.name.text}.{name}. Add one."
        yield Fault(message, field.name.span, doubtful)
    elif len(opposites) > 1 or siblings or (target is block and not relation_name(field)):
        message = f"{block.name.text} and {target.name.text} have several relations. Give each its own @relation name."
        yield Fault(message, field.name.span, doubtful)
    else:
        yield from _pair_faults(block, field, target, opposites[0], doubtful)


def relation_name(field: Field) -> str | None:
    """The name in `@relation("name")`."""
    attribute = field.attribute("relation")
    return text_of(attribute.argument("name", 0)) if attribute else None


def _same_relation(block: Block, target: Block, field: Field) -> list[Field]:
    """The other fields of `block` that lead to `target` under the name of the relation of `field`."""
    leading = [f for f in block.fields_of_type(target.name.text) if f is not field]
    return [f for f in leading if relation_name(f) == relation_name(field)] if leading else leading


def _reference_faults(block: Block, attribute: Attribute, target: Block) -> Iterator[Fault]:
    for owner, argument in ((block, "fields"), (target, "references")):
        for reference in field_references(attribute.argument(argument)):
            if owner.field(reference.field) is None:
                yield unknown_field(reference.field, "@relation", owner, attribute, block)


def unknown_field(name: str, written: str, owner: Block, attribute: Attribute, block: Block) -> Fault:
    """About a field named in an attribute of `block` that its `owner` does not have."""
    message = f'Unknown field "{name}" in {written} of {block.name.text} (skipped). Add the field or fix its name.'
    if owner is not block:
        message = f'{owner.name.text} has no field "{name}", which {written} names. Add the field or fix its name.'
    return Fault(message, attribute.span, () if owner is block else (owner.name.text,))


def _pair_faults(
    block: Block, field: Field, target: Block, opposite: Field, doubtful: tuple[str, ...]
) -> Iterator[Fault]:
    is_list, is_opposite_list = field.type.arity is Arity.LIST, opposite.type.arity is Arity.LIST
    if is_list:
        yield from _list_faults(field, target, is_opposite_list, doubtful)
    elif not _columns(field) and (is_opposite_list or not _columns(opposite)):
        message = f"@relation of {field.name.text} needs fields and references."
        yield Fault(message, field.name.span, doubtful)
    elif _columns(field):
        yield from _key_faults(block, field, target, opposite, doubtful)
    elif field.type.arity is Arity.REQUIRED:
        message = f"{field.name.text} must be optional ({field.type.name.text}?): the other side holds the key."
        yield Fault(message, field.type.span, doubtful)


def _list_faults(field: Field, target: Block, is_opposite_list: bool, doubtful: tuple[str, ...]) -> Iterator[Fault]:
    attribute = field.attribute("relation")
    forbidden = ("fields", "references", "onDelete", "onUpdate") if attribute else ()
    for argument in forbidden:
        if attribute is not None and attribute.argument(argument) is not None:
            yield Fault(f"{argument} cannot stand on the list {field.name.text}.", attribute.span, doubtful)
    if is_opposite_list and target.keyword is Keyword.MODEL and not _has_single_id(target):
        message = f"{target.name.text} needs a single @id field for the relation {field.name.text}."
        yield Fault(message, field.name.span, doubtful)


def _key_faults(
    block: Block, field: Field, target: Block, opposite: Field, doubtful: tuple[str, ...]
) -> Iterator[Fault]:
    attribute = field.attribute("relation")
    assert attribute is not None, "only its arguments are columns"
    local = _fields(block, field_references(attribute.argument("fields")))
    remote = _fields(target, field_references(attribute.argument("references")))
    name = field.name.text
    if not remote:
        yield Fault(f"@relation of {name} needs references.", attribute.span, doubtful)
    elif len(local) != len(remote):
        yield Fault(f"@relation of {name} needs as many fields as references.", attribute.span, doubtful)
    elif any(one.type.name.text != other.type.name.text for one, other in zip(local, remote, strict=True)):
        message = f"The fields of the relation {name} have other types than those that they reference."
        yield Fault(message, attribute.span, doubtful)
    elif not _is_unique(target, remote):
        message = f"{name} references fields of {target.name.text} that are neither @id nor @unique."
        yield Fault(message, attribute.span, doubtful)
    elif opposite.type.arity is not Arity.LIST and (_columns(opposite) or not _is_unique(block, local)):
        message = f"The fields of the one-to-one relation {name} must be @unique on one side."
        yield Fault(message, attribute.span, doubtful)


def _columns(field: Field) -> tuple[FieldReference, ...]:
    attribute = field.attribute("relation")
    return field_references(attribute.argument("fields")) if attribute else ()


def _fields(block: Block, references: tuple[FieldReference, ...]) -> list[Field]:
    return [f for r in references if (f := block.field(r.field))]


def _is_unique(block: Block, fields: list[Field]) -> bool:
    """Whether the fields together identify a row."""
    if len(fields) == 1 and any(fields[0].attribute(name) for name in ("id", "unique")):
        return True
    names = {f.name.text for f in fields}
    keys = (a for a in block.attributes if a.name.text in ("id", "unique"))
    return any({r.field for r in field_references(a.argument("fields", 0))} == names for a in keys)


def _has_single_id(block: Block) -> bool:
    if any(f.attribute("id") for f in block.fields):
        return True
    attribute = block.attribute("id")
    return attribute is not None and len(field_references(attribute.argument("fields", 0))) == 1
