"""A field as written: its type and its attributes as texts, so that edits can restore them letter by letter."""

from __future__ import annotations

from attrs import field, frozen

from refract.syntax.schema_tree import SchemaTree
from refract.syntax.tree import Arity, Field
from refract.text import Span


@frozen
class WrittenField:
    """A field as written in the block that the schema calls `model`; `node` is its tree."""

    model: str
    name: str
    type: str
    attributes: tuple[str, ...]
    node: Field
    chunk: str = field(repr=False)

    @property
    def type_name(self) -> str:
        """Its type without `?` or `[]`."""
        return self.node.type.name.text

    @property
    def plain_type(self) -> str:
        """Its type as written, without `?` or `[]`."""
        return self.type.removesuffix("?").removesuffix("[]")

    @property
    def is_list(self) -> bool:
        """Whether it holds several values."""
        return self.node.type.arity is Arity.LIST

    @property
    def is_required(self) -> bool:
        """Whether it always holds one value."""
        return self.node.type.arity is Arity.REQUIRED

    def without(self, *names: str) -> tuple[str, ...]:
        """Its attributes except those called `names` (without `@`)."""
        both = zip(self.attributes, self.node.attributes, strict=True)
        return tuple(text for text, node in both if node.name.text not in names)

    def attribute(self, name: str) -> str:
        """The attribute called `name`, as written; empty if there is none."""
        both = zip(self.attributes, self.node.attributes, strict=True)
        return next((text for text, node in both if node.name.text == name), "")

    def slice(self, span: Span) -> str:
        """The text at a span of its block's tree."""
        return self.chunk[span.start : span.end]


def written_field(tree: SchemaTree, key: str, node: Field) -> WrittenField:
    """A field of the block that the schema calls `key`. Raises LookupError if there is no such block."""
    placed = tree.placed(key)
    chunk = tree.chunk(key, placed.path) if placed else None
    if chunk is None:
        raise LookupError(key)
    text = chunk.text
    type_, *attributes = (text[s.start : s.end] for s in (node.type.span, *(a.span for a in node.attributes)))
    return WrittenField(key, node.name.text, type_, tuple(attributes), node, text)
