"""Turns the shape of a line into a function that builds the syntax tree of any line of that shape.

Two lines with the same terminals have the same tree except for the texts, so its shape is walked once and
the functions made here are called for every such line. They take the text and the span of each terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from refract.syntax.grammar import Leaf, LineShape
from refract.syntax.tree import (
    Argument,
    Arity,
    Array,
    Attribute,
    Call,
    Constant,
    EnumValueNode,
    Expression,
    Field,
    FieldType,
    Keyword,
    Name,
    NumberLiteral,
    Object,
    Property,
    StringLiteral,
)
from refract.text import Span

Spans: TypeAlias = Sequence[tuple[int, int]]
Member: TypeAlias = Field | EnumValueNode | Property | Attribute
Build: TypeAlias = Callable[[str, Spans], Any]

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_AT_SIGNS = re.compile(r"@+\s*")


def builder(tree: LineShape) -> Build:
    """The function that builds the syntax tree for `tree` (of any rule of the grammar)."""
    return _BUILDERS[tree.rule](tree)


def unescape(quoted: str) -> str:
    """The value of a string literal given with its quotes. Half of a surrogate pair is kept as written."""
    if "\\" not in quoted:
        return quoted[1:-1]
    value = _ESCAPE.sub(_unescaped, quoted[1:-1])
    if not any("\ud800" <= character <= "\udfff" for character in value):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _ESCAPES.get(match[2], match[2])


def _first(node: LineShape | Leaf) -> int:
    return node.place if isinstance(node, Leaf) else _first(node.children[0])


def _last(node: LineShape | Leaf) -> int:
    return node.place if isinstance(node, Leaf) else _last(node.children[-1])


def _subtrees(tree: LineShape, *rules: str) -> list[LineShape]:
    return [c for c in tree.children if isinstance(c, LineShape) and (not rules or c.rule in rules)]


def _model_member(tree: LineShape) -> Build:
    (member,) = _subtrees(tree)
    return builder(member)


def _field(tree: LineShape) -> Build:
    name, last = _first(tree), _last(tree)
    kind, *attributes = (builder(t) for t in _subtrees(tree))

    def build(text: str, spans: Spans) -> Field:
        start, end = spans[name]
        return Field(
            Name(text[start:end], Span(start, end)),
            kind(text, spans),
            tuple([a(text, spans) for a in attributes]),
            "",
            Span(start, spans[last][1]),
        )

    return build


def _type(tree: LineShape) -> Build:
    name, last, arity = _first(tree), _last(tree), _arity(tree)

    def build(text: str, spans: Spans) -> FieldType:
        start, end = spans[name]
        return FieldType(Name(text[start:end], Span(start, end)), arity, None, Span(start, spans[last][1]))

    return build


def _unsupported_type(tree: LineShape) -> Build:
    name, last, arity = _first(tree), _last(tree), _arity(tree)

    def build(text: str, spans: Spans) -> FieldType:
        start, end = spans[name]
        literal = _string_at(text, spans[name + 2])
        return FieldType(Name(text[start:end], Span(start, end)), arity, literal, Span(start, spans[last][1]))

    return build


def _arity(tree: LineShape) -> Arity:
    match tree.children[-1]:
        case Leaf(terminal="OPTIONAL"):
            return Arity.OPTIONAL
        case Leaf(terminal="LIST"):
            return Arity.LIST
        case _:
            return Arity.REQUIRED


def _enum_value(tree: LineShape) -> Build:
    name, last = _first(tree), _last(tree)
    attributes = [builder(t) for t in _subtrees(tree)]

    def build(text: str, spans: Spans) -> EnumValueNode:
        start, end = spans[name]
        span = Span(start, spans[last][1])
        return EnumValueNode(
            Name(text[start:end], Span(start, end)), tuple([a(text, spans) for a in attributes]), "", span
        )

    return build


def _property(tree: LineShape) -> Build:
    name, last = _first(tree), _last(tree)
    (value,) = (builder(t) for t in _subtrees(tree))

    def build(text: str, spans: Spans) -> Property:
        start, end = spans[name]
        return Property(Name(text[start:end], Span(start, end)), value(text, spans), Span(start, spans[last][1]))

    return build


def _attribute(tree: LineShape) -> Build:
    sign, last = _first(tree), _last(tree)
    arguments = [builder(t) for t in _subtrees(tree)]

    def build(text: str, spans: Spans) -> Attribute:
        start, end = spans[sign]
        written = text[start:end]
        name = _AT_SIGNS.sub("", written)
        return Attribute(
            Name(name, Span(end - len(name), end)),
            tuple([a(text, spans) for a in arguments]),
            Span(start, spans[last][1]),
        )

    return build


def _named_argument(tree: LineShape) -> Build:
    name, last = _first(tree), _last(tree)
    (value,) = (builder(t) for t in _subtrees(tree))

    def build(text: str, spans: Spans) -> Argument:
        start, end = spans[name]
        return Argument(Name(text[start:end], Span(start, end)), value(text, spans), Span(start, spans[last][1]))

    return build


def _unnamed_argument(tree: LineShape) -> Build:
    (value,) = (builder(t) for t in _subtrees(tree))

    def build(text: str, spans: Spans) -> Argument:
        expression: Expression = value(text, spans)
        return Argument(None, expression, expression.span)

    return build


def _string(tree: LineShape) -> Build:
    index = _first(tree)
    return lambda text, spans: _string_at(text, spans[index])


def _string_at(text: str, span: tuple[int, int]) -> StringLiteral:
    return StringLiteral(unescape(text[span[0] : span[1]]), Span(*span))


def _number(tree: LineShape) -> Build:
    index = _first(tree)
    return lambda text, spans: NumberLiteral(text[slice(*spans[index])], Span(*spans[index]))


def _constant(tree: LineShape) -> Build:
    index = _first(tree)

    def build(text: str, spans: Spans) -> Constant:
        start, end = spans[index]
        return Constant(text[start:end], Span(start, end))

    return build


def _array(tree: LineShape) -> Build:
    first, last = _first(tree), _last(tree)
    items = [builder(t) for t in _subtrees(tree)]

    def build(text: str, spans: Spans) -> Array:
        return Array(tuple([i(text, spans) for i in items]), Span(spans[first][0], spans[last][1]))

    return build


def _call(tree: LineShape) -> Build:
    name, last = _first(tree), _last(tree)
    arguments = [builder(t) for t in _subtrees(tree)]

    def build(text: str, spans: Spans) -> Call:
        start, end = spans[name]
        return Call(
            Name(text[start:end], Span(start, end)),
            tuple([a(text, spans) for a in arguments]),
            Span(start, spans[last][1]),
        )

    return build


def _object(tree: LineShape) -> Build:
    first, last = _first(tree), _last(tree)
    entries = [builder(t) for t in _subtrees(tree)]

    def build(text: str, spans: Spans) -> Object:
        return Object(tuple([e(text, spans) for e in entries]), Span(spans[first][0], spans[last][1]))

    return build


def _header(tree: LineShape) -> Build:
    index = _first(tree)

    def build(text: str, spans: Spans) -> tuple[Keyword, Name]:
        start, end = spans[index]
        keyword = next(k for k in Keyword if text.startswith(k, start))
        name = text[start + len(keyword) : end].lstrip()
        return keyword, Name(name, Span(end - len(name), end))

    return build


_BUILDERS: dict[str, Callable[[LineShape], Build]] = {
    "header": _header,
    "model_member": _model_member,
    "enum_member": _model_member,
    "config_member": _model_member,
    "field": _field,
    "type": _type,
    "unsupported_type": _unsupported_type,
    "enum_value": _enum_value,
    "property": _property,
    "attribute": _attribute,
    "block_attribute": _attribute,
    "named_argument": _named_argument,
    "unnamed_argument": _unnamed_argument,
    "string": _string,
    "number": _number,
    "constant": _constant,
    "array": _array,
    "call": _call,
    "object": _object,
}
