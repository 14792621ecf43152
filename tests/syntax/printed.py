"""Prints a syntax tree as schema text, without comments, to see whether it holds everything."""

import re

from refract.syntax import Document
from refract.syntax.tree import (
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    Expression,
    Field,
    NumberLiteral,
    Object,
    StringLiteral,
)

_TRIVIA_OR_WORD = re.compile(
    r'"(?:[^"\\\r\n]|\\.)*"|(?P<comment>//[^\r\n]*|/\*(?s:.*?)\*/)|(?P<space>[\s\ufeff]+)|-?\d+\.\d+|[\w-]+|\S'
)


def words(text: str) -> list[str]:
    """`text` cut into words and signs, without comments and blank space, members sorted by nothing: as written."""
    return [m.group() for m in _TRIVIA_OR_WORD.finditer(text) if not m["comment"] and not m["space"]]


def printed(document: Document) -> str:
    """All blocks of `document`, members in the order in which they were written."""
    return "\n".join(_block(chunk.text, chunk.block) for chunk in document.chunks if chunk.block)


def _block(text: str, block: Block) -> str:
    members = [*((f.span, _field(text, f)) for f in block.fields)]
    members += [
        (v.span, " ".join([v.name.text, *(_attribute(text, "@", a) for a in v.attributes)])) for v in block.values
    ]
    members += [(p.span, f"{p.name.text} = {_value(text, p.value)}") for p in block.properties if p.value]
    members += [(a.span, _attribute(text, "@@", a)) for a in block.attributes]
    lines = [line for _, line in sorted(members)]
    return "\n".join([f"{block.keyword} {block.name.text} {{", *lines, "}"])


def _field(text: str, field: Field) -> str:
    argument = f"({text[slice(*field.type.unsupported.span)]})" if field.type.unsupported else ""
    type_text = f"{field.type.name.text}{argument}{field.type.arity}"
    return " ".join([field.name.text, type_text, *(_attribute(text, "@", a) for a in field.attributes)])


def _attribute(text: str, sign: str, attribute: Attribute) -> str:
    arguments = ", ".join(_argument(text, a.name and a.name.text, a.value) for a in attribute.arguments)
    # `@id` and `@id()` have one tree
    parentheses = f"({arguments})" if text[attribute.span.end - 1] == ")" else ""
    return f"{sign}{attribute.name.text}{parentheses}"


def _argument(text: str, name: str | None, value: Expression) -> str:
    return f"{name}: {_value(text, value)}" if name else _value(text, value)


def _value(text: str, value: Expression) -> str:
    match value:
        case StringLiteral():
            return text[slice(*value.span)]
        case NumberLiteral() | Constant():
            return value.text
        case Array():
            return f"[{', '.join(_value(text, i) for i in value.items)}]"
        case Object():
            return "{" + ", ".join(_argument(text, e.name and e.name.text, e.value) for e in value.entries) + "}"
        case Call():
            arguments = ", ".join(_argument(text, a.name and a.name.text, a.value) for a in value.arguments)
            return f"{value.name.text}({arguments})"
