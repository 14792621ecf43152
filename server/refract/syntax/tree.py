"""The syntax tree of a Prisma schema.

Every span in a `Block` counts from the start of the block's *chunk*, so a block whose text did not
change is the same object after any edit elsewhere. `SchemaTree.location` turns an `Origin` into a
place in a file.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from attrs import field, frozen

from refract.text import Span


class Keyword(StrEnum):
    """The word that opens a block."""

    MODEL = "model"
    VIEW = "view"
    TYPE = "type"
    ENUM = "enum"
    DATASOURCE = "datasource"
    GENERATOR = "generator"


class Arity(StrEnum):
    """How many values a field holds, spelled as Prisma's suffix."""

    REQUIRED = ""
    OPTIONAL = "?"
    LIST = "[]"


@frozen
class Name:
    """An identifier as written."""

    text: str
    span: Span


@frozen
class StringLiteral:
    """A quoted string; `value` has its escapes resolved."""

    value: str
    span: Span


@frozen
class NumberLiteral:
    """A number, kept as written (`1.50`, `-3`), since Prisma's numbers have no one Python type."""

    text: str
    span: Span


@frozen
class Constant:
    """A bare word used as a value: `true`, `Cascade`, an enum value, a field name, `Gin`."""

    text: str
    span: Span


@frozen
class Array:
    """`[a, b]`."""

    items: tuple[Expression, ...]
    span: Span


@frozen
class Call:
    """A function used as a value: `now()`, `dbgenerated("..")`, `title(sort: Desc)`, `raw("..")`."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


@frozen
class Object:
    """`{ status: "open", deleted: null }`, the condition of a partial index."""

    entries: tuple[Argument, ...]
    span: Span


Expression = StringLiteral | NumberLiteral | Constant | Array | Call | Object


@frozen
class Argument:
    """An argument of an attribute or a call; `name` is None if given by position."""

    name: Name | None
    value: Expression
    span: Span


@frozen
class Attribute:
    """`@id`, `@db.VarChar(191)`, `@@index([a])`. `name` has no `@` and keeps its dots; `span` includes the `@`."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span

    def argument(self, name: str, position: int | None = None) -> Expression | None:
        """The value given as `name:`, else the one given without a name at `position` (from 0)."""
        for argument in self.arguments:
            if argument.name is not None and argument.name.text == name:
                return argument.value
        if position is None:
            return None
        unnamed = [a.value for a in self.arguments if a.name is None]
        return unnamed[position] if position < len(unnamed) else None


@frozen
class FieldType:
    """`String?`, `Post[]`, `Unsupported("circle")`. `name` is `Unsupported` if `unsupported` is set."""

    name: Name
    arity: Arity
    unsupported: StringLiteral | None
    span: Span


@frozen
class Field:
    """One field of a model, view or composite type. `span` runs from its name to its last attribute."""

    name: Name
    type: FieldType
    attributes: tuple[Attribute, ...]
    doc: str
    span: Span

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute called `name`, e.g. `id` or `db.VarChar`."""
        for attribute in self.attributes:  # asked at each key for each field: no generator
            if attribute.name.text == name:
                return attribute
        return None


@frozen
class EnumValueNode:
    """One value of an enum. `span` runs from its name to its last attribute."""

    name: Name
    attributes: tuple[Attribute, ...]
    doc: str
    span: Span

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute called `name`."""
        for attribute in self.attributes:  # asked at each key for each field: no generator
            if attribute.name.text == name:
                return attribute
        return None


@frozen
class Property:
    """`provider = "postgresql"` in a datasource or generator. `value` is None while half-typed."""

    name: Name
    value: Expression | None
    span: Span


@frozen
class SyntaxProblem:
    """A stretch of a chunk that is not valid Prisma schema, and a correct form."""

    message: str
    span: Span


@frozen
class Block:
    """A top-level block. Spans count from the start of its chunk.

    `span` runs from the keyword to the closing brace (or to where the block is cut, if it is
    not closed). A block with `problems` holds all the members that could be read.
    """

    keyword: Keyword
    name: Name
    fields: tuple[Field, ...]
    values: tuple[EnumValueNode, ...]
    properties: tuple[Property, ...]
    attributes: tuple[Attribute, ...]
    doc: str
    span: Span
    problems: tuple[SyntaxProblem, ...]
    _fields_by_name: dict[str, Field] = field(init=False, eq=False, repr=False)

    @_fields_by_name.default
    def _index_fields(self) -> dict[str, Field]:
        return {f.name.text: f for f in reversed(self.fields)}

    @cached_property
    def _fields_by_type(self) -> dict[str, tuple[Field, ...]]:
        found: dict[str, tuple[Field, ...]] = {}
        for one in self.fields:
            found[one.type.name.text] = (*found.get(one.type.name.text, ()), one)
        return found

    def field(self, name: str) -> Field | None:
        """The field called `name` (the first one, if several)."""
        return self._fields_by_name.get(name)

    def fields_of_type(self, name: str) -> tuple[Field, ...]:
        """The fields whose type is called `name`, in the order written."""
        return self._fields_by_type.get(name, ())

    def attribute(self, name: str) -> Attribute | None:
        """The first block attribute called `name` (without `@@`)."""
        for attribute in self.attributes:  # asked at each key for each field: no generator
            if attribute.name.text == name:
                return attribute
        return None

    def attributes_named(self, name: str) -> tuple[Attribute, ...]:
        """All block attributes called `name`, such as every `@@index`."""
        return tuple(a for a in self.attributes if a.name.text == name)


__all__ = [
    "Argument",
    "Arity",
    "Array",
    "Attribute",
    "Block",
    "Call",
    "Constant",
    "EnumValueNode",
    "Expression",
    "Field",
    "FieldType",
    "Keyword",
    "Name",
    "NumberLiteral",
    "Object",
    "Property",
    "StringLiteral",
    "SyntaxProblem",
]
