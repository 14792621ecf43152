"""What Prisma refuses in one block. Such a block counts as unchanged until it can be read.

prisma-engines, `parser-database` and `psl-core/src/validate`: only what every version from 6 on refuses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from refract.lowering.arguments import column_name, field_references, mapped_name
from refract.lowering.attribute_faults import (
    ENUM_ATTRIBUTES,
    FIELD_ATTRIBUTES,
    MODEL_ATTRIBUTES,
    VALUE_ATTRIBUTES,
    block_attribute_faults,
    field_attribute_faults,
)
from refract.lowering.columns import native_problem
from refract.lowering.default_faults import default_fault
from refract.lowering.fault import Fault, did_you_mean
from refract.lowering.relation_faults import relation_fault, unknown_field
from refract.lowering.scope import Scope
from refract.schema.model import Table
from refract.syntax.tree import Arity, Attribute, Block, Field, Keyword, Name

_OVER_FIELDS = frozenset({"id", "index", "unique", "fulltext"})
_NAME = re.compile(r"[^\W\d_]\w*\Z")


def model_faults(block: Block, scope: Scope) -> Iterator[Fault]:
    """What Prisma refuses in a model, in the order of its lines."""
    yield from _name_faults(block.name)
    yield from _schema_faults(block, scope)
    seen: dict[str, Field] = {}
    for field in block.fields:
        if field.name.text in seen:
            yield _repeated_field(block, field)
        else:
            seen[field.name.text] = field
            yield from _field_faults(block, field, scope)
    yield from block_attribute_faults(block.attributes, MODEL_ATTRIBUTES)
    if not block.problems:  # a line that cannot be read may be that of the missing field
        yield from _list_faults(block, scope)
        yield from _key_faults(block)


def enum_faults(block: Block, scope: Scope) -> Iterator[Fault]:
    """What Prisma refuses in an enum."""
    yield from _name_faults(block.name)
    yield from _schema_faults(block, scope)
    seen: set[str] = set()
    for value in block.values:
        yield from _name_faults(value.name)
        if value.name.text in seen:
            yield Fault(f"{block.name.text} already has a value {value.name.text}. Remove one.", value.name.span)
        seen.add(value.name.text)
        yield from field_attribute_faults(value.attributes, VALUE_ATTRIBUTES)
    yield from block_attribute_faults(block.attributes, ENUM_ATTRIBUTES)
    if not block.values and not block.problems:
        yield Fault(f"The enum {block.name.text} has no values. Write one on each line.", block.name.span)


def table_faults(block: Block, table: Table) -> Iterator[Fault]:
    """Names that two indexes, or two foreign keys, of one table share."""
    indexes = [(i.name, i.origin) for i in table.indexes]
    keys = [(k.name, k.origin) for k in table.foreign_keys]
    for named in (indexes, keys):
        counted = Counter(name for name, _ in named if name)
        for name, origin in named:
            if counted[name] > 1 and origin is not None:
                yield Fault(f'{block.name.text} uses the name "{name}" twice. Give one another map.', origin.span)
                break


def _name_faults(name: Name) -> Iterator[Fault]:
    if not _NAME.match(name.text):
        yield Fault(f'Prisma does not allow the name "{name.text}". Use letters, digits and _.', name.span)


def _schema_faults(block: Block, scope: Scope) -> Iterator[Fault]:
    attribute = block.attribute("schema")
    schema = mapped_name(attribute)
    doubtful = (f"datasource {scope.datasource}",)
    if scope.schemas and attribute is None:
        message = f"{block.name.text} needs @@schema, since the datasource lists schemas."
        yield Fault(message, block.name.span, doubtful)
    elif attribute is not None and schema is not None and schema not in scope.schemas:
        message = f'The datasource does not list the schema "{schema}".{did_you_mean(schema, scope.schemas)}'
        yield Fault(message, attribute.span, doubtful)


def _repeated_field(block: Block, field: Field) -> Fault:
    message = f'{block.name.text} already has a field "{field.name.text}" (this one is skipped). Rename or remove one.'
    return Fault(message, field.name.span)


def _field_faults(block: Block, field: Field, scope: Scope) -> Iterator[Fault]:
    yield from _name_faults(field.name)
    if field.attributes:
        yield from field_attribute_faults(field.attributes, FIELD_ATTRIBUTES)
    type_name = field.type.name.text
    target = scope.blocks.get(type_name)
    if field.type.unsupported is None and target is None and type_name not in scope.provider.scalars:
        yield _unknown_type(block, field, scope)
    elif target is not None and target.keyword in (Keyword.MODEL, Keyword.VIEW):
        fault = relation_fault(block, field, target, scope)
        if fault is not None:
            yield fault
    else:
        yield from _scalar_faults(block, field, scope)


def _unknown_type(block: Block, field: Field, scope: Scope) -> Fault:
    name = field.type.name.text
    message = (
        f'Unknown type "{name}" ({block.name.text}.{field.name.text} is skipped). '
        f"Use a type of {scope.provider.name}, or a model or enum of this schema."
    )
    return Fault(message, field.type.name.span, (name,))


def _scalar_faults(block: Block, field: Field, scope: Scope) -> Iterator[Fault]:
    if field.type.arity is Arity.LIST and not scope.provider.scalar_lists:
        yield Fault(f"{scope.provider.name} has no lists of {field.type.name.text}.", field.type.span)
    if field.attributes:
        yield from _faults_of_attributes(block, field, scope)


def _faults_of_attributes(block: Block, field: Field, scope: Scope) -> Iterator[Fault]:
    relation, default = field.attribute("relation"), field.attribute("default")
    if relation is not None:
        yield Fault(
            f"@relation stands on relations only, and {field.name.text} is a {field.type.name.text}.", relation.span
        )
    if default is not None and (fault := default_fault(field, default, scope)):
        yield fault
    if field.attribute("updatedAt") and field.type.name.text != "DateTime":
        yield Fault(f"@updatedAt needs the type DateTime ({field.name.text}).", field.type.span)
    if field.attribute("id") and field.type.arity is not Arity.REQUIRED:
        yield Fault(f"The @id field {field.name.text} must be required, and no list.", field.type.span)
    owner = _owner_of_name(block, field, scope)
    if owner is not None:
        message = (
            f'Prisma refuses column "{column_name(field)}" of {block.name.text}.{field.name.text}, since a field has the '
            f"same name. {_cure(owner)}"
        )
        yield Fault(message, field.name.span)
    native = native_problem(field, scope)
    if native is not None:
        yield Fault(*native)


def _owner_of_name(block: Block, field: Field, scope: Scope) -> Field | None:
    """The field whose name `@map` gives to another's column, as found by Prisma, which reads from top to bottom."""
    if field.attribute("map") is None:
        return None
    other = block.field(column_name(field))
    if other is None or other.name.text == field.name.text or is_relation(other, scope):
        return None
    is_moved = other.attribute("map") is not None and other.span.start < field.span.start
    return None if is_moved else other


def _cure(owner: Field) -> str:
    """How to write the model, so that Prisma accepts the names."""
    if owner.attribute("map") is not None:
        return f"Put {owner.name.text} above this field."
    return f"Rename {owner.name.text} or this column."


def is_relation(field: Field, scope: Scope) -> bool:
    """Whether a field leads to a model or a view."""
    target = scope.blocks.get(field.type.name.text)
    return target is not None and target.keyword in (Keyword.MODEL, Keyword.VIEW)


def _list_faults(block: Block, scope: Scope) -> Iterator[Fault]:
    """Half-typed keys and indexes: `@@index([])` has no fields, and those that it names must exist."""
    for attribute in block.attributes:
        if attribute.name.text in _OVER_FIELDS and attribute.arguments:
            yield from _fields_faults(block, attribute, scope)


def _fields_faults(block: Block, attribute: Attribute, scope: Scope) -> Iterator[Fault]:
    written = f"@@{attribute.name.text}"
    references = field_references(attribute.argument("fields", 0))
    if not references:
        yield Fault(f"{written} has no fields (skipped). Write {written}([field]).", attribute.span)
    for reference in references:
        field = block.field(reference.field.partition(".")[0])
        if field is None:
            yield unknown_field(reference.field, written, block, attribute, block)
        elif is_relation(field, scope):
            yield Fault(f"{written} names the relation {field.name.text}. Name its fields.", attribute.span)
    if len({r.field for r in references}) < len(references):
        yield Fault(f"{written} names a field twice. Remove one.", attribute.span)


def _key_faults(block: Block) -> Iterator[Fault]:
    """Prisma wants one key: `@id` or `@@id`, or something unique over required fields."""
    ids = [f for f in block.fields if f.attribute("id")]
    compound = block.attribute("id")
    if len(ids) + (compound is not None) > 1:
        yield Fault(f"{block.name.text} has more than one @id. Keep one.", block.name.span)
    elif not ids and not block.attribute("ignore") and not _has_unique_criterion(block):
        message = f"{block.name.text} needs an @id, or @unique on a required field."
        yield Fault(message, block.name.span)


def _has_unique_criterion(block: Block) -> bool:
    if any(f.attribute("unique") and _is_required(f) for f in block.fields):
        return True
    keys = (a for a in block.attributes if a.name.text in ("id", "unique"))
    return any(all(map(_is_required, _fields_of(block, key))) for key in keys)


def _is_required(field: Field) -> bool:
    return field.type.arity is Arity.REQUIRED and field.type.unsupported is None


def _fields_of(block: Block, attribute: Attribute) -> list[Field]:
    references = field_references(attribute.argument("fields", 0))
    return [f for r in references if (f := block.field(r.field.partition(".")[0]))]


__all__ = ["enum_faults", "is_relation", "model_faults", "table_faults"]
