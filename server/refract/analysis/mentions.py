"""Every place at which a schema names a model, an enum, a field or a value: where it is defined, and where it is used."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.source import Target
from refract.syntax import PlacedBlock, SchemaTree
from refract.syntax.tree import Array, Attribute, Block, Call, Constant, Expression, Field, Keyword
from refract.text import Location, Span

_LISTS = ("id", "unique", "index", "fulltext")
"""The attributes of a block whose first argument is a list of its fields."""


@frozen
class Mention:
    """A name of `target` in a schema."""

    target: Target
    location: Location
    is_definition: bool = False


def mention_at(tree: SchemaTree, path: str, offset: int) -> Mention | None:
    """The name at an offset of the file at `path`; None if there is none, or what it names does not exist."""
    blocks = (b for b in tree.blocks() if b.path == path and _holds(b, offset))
    found = (m for b in blocks for m in _in_block(b, tree) if m.location.span.start <= offset <= m.location.span.end)
    return next((mention for mention in found if exists(tree, mention.target)), None)


def mentions_of(tree: SchemaTree, target: Target) -> Iterator[Mention]:
    """All places of a schema that name `target`, in the order of its files."""
    return (m for placed in tree.blocks() for m in _in_block(placed, tree) if m.target == target)


def definition_of(tree: SchemaTree, target: Target) -> Location | None:
    """Where a model, enum, field or value is defined."""
    placed = tree.placed(target.block)
    if placed is None:
        return None
    return next((m.location for m in _in_block(placed, tree) if m.is_definition and m.target == target), None)


def exists(tree: SchemaTree, target: Target) -> bool:
    """Whether the schema defines `target`."""
    return definition_of(tree, target) is not None


def _holds(placed: PlacedBlock, offset: int) -> bool:
    span = placed.block.span.shifted(placed.chunk_start)
    return span.start <= offset <= span.end


def _in_block(placed: PlacedBlock, tree: SchemaTree) -> Iterator[Mention]:
    block = placed.block
    if block.keyword in (Keyword.DATASOURCE, Keyword.GENERATOR):
        return
    for target, span, is_definition in _names(block, tree):
        yield Mention(target, Location(placed.path, span.shifted(placed.chunk_start)), is_definition)


_Named = tuple[Target, Span, bool]


def _names(block: Block, tree: SchemaTree) -> Iterator[_Named]:
    own = block.name.text
    yield Target(own), block.name.span, True
    for value in block.values:
        yield Target(own, value.name.text), value.name.span, True
    for field in block.fields:
        yield Target(own, field.name.text), field.name.span, True
        yield Target(field.type.name.text), field.type.name.span, False
        for attribute in field.attributes:
            yield from _in_attribute(own, field, attribute, tree)
    for attribute in block.attributes:
        if attribute.name.text in _LISTS:
            yield from _fields(own, attribute.argument("fields", 0))


def _in_attribute(own: str, field: Field, attribute: Attribute, tree: SchemaTree) -> Iterator[_Named]:
    kind = field.type.name.text
    if attribute.name.text == "relation":
        yield from _fields(own, attribute.argument("fields"))
        yield from _fields(kind, attribute.argument("references"))
    elif attribute.name.text == "default":
        held = tree.block(kind)
        if held is not None and held.keyword is Keyword.ENUM:
            yield from _fields(kind, attribute.argument("value", 0))


def _fields(block: str, value: Expression | None) -> Iterator[_Named]:
    """The members of a block that a value names: `[a, b(sort: Desc)]`, or a single word."""
    for item in value.items if isinstance(value, Array) else (value,):
        if isinstance(item, Constant):
            yield Target(block, item.text), item.span, False
        elif isinstance(item, Call):
            yield Target(block, item.name.text), item.name.span, False
