"""Parses one chunk of a schema: the text of a block, with the comments before it.

lark reads the whole block. When it cannot, the block is read line by line, so that one broken line
costs one problem and not the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from refract.syntax.tree import (
    Argument,
    Arity,
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    EnumValue,
    Field,
    FieldType,
    Keyword,
    Name,
    NumberLiteral,
    Property,
    StringLiteral,
    SyntaxProblem,
)
from refract.text import Span

if TYPE_CHECKING:
    from lark import Lark, Token

MAX_NESTING = 64
"""Brackets inside brackets, beyond which a line is refused: real schemas stay below 6."""

MAX_BROKEN_LINES = 200
"""After so many unreadable lines in one block the rest of it is skipped, to bound the time."""

_MODEL_KEYWORDS = {Keyword.MODEL, Keyword.VIEW, Keyword.TYPE}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_DOC_LINE = re.compile(r"///[ \t]?([^\n\r]*)")


class Header(NamedTuple):
    """Where a block's parts stand in its chunk; `body_end` is before the closing brace, or where the block gives up."""

    keyword: Keyword
    name: Name
    span: Span
    body: Span
    closed: bool


def parse_block(text: str, header: Header) -> Block:
    """The block that `header` found in `text` (a chunk). Never raises."""
    problems: list[SyntaxProblem] = []
    members: list[Any]
    try:
        if not header.closed:
            raise _Unreadable
        members = _parse(text, header.span, "block")
    except _unreadable_errors():
        members = list(_members_line_by_line(text, header, problems))
    if not header.closed:
        problems.append(
            SyntaxProblem(
                f'This {header.keyword} block is not closed: add "}}" after its last line.', header.name.span
            )
        )
    return _block(text, header, members, tuple(problems))


def _block(text: str, header: Header, members: list[Any], problems: tuple[SyntaxProblem, ...]) -> Block:
    docs = _DocComments(text)
    return Block(
        keyword=header.keyword,
        name=header.name,
        fields=tuple(docs.documented(m) for m in members if isinstance(m, Field)),
        values=tuple(docs.documented(m) for m in members if isinstance(m, EnumValue)),
        properties=tuple(m for m in members if isinstance(m, Property)),
        attributes=tuple(m for m in members if isinstance(m, Attribute)),
        doc=docs.before(header.span.start),
        span=header.span,
        problems=problems,
    )


class _DocComments:
    """Finds the `///` lines that document a member: those just above it, or the one that ends its line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._any = "///" in text

    def documented(self, member: Any) -> Any:
        if not self._any:
            return member
        above = self.before(member.span.start)
        line_end = self._text.find("\n", member.span.end)
        rest = self._text[member.span.end : len(self._text) if line_end == -1 else line_end]
        trailing = _DOC_LINE.match(rest.lstrip())
        doc = "\n".join(part for part in (above, trailing.group(1) if trailing else "") if part)
        if not doc:
            return member
        if isinstance(member, Field):
            return Field(member.name, member.type, member.attributes, doc, member.span)
        return EnumValue(member.name, member.attributes, doc, member.span)

    def before(self, offset: int) -> str:
        if not self._any:
            return ""
        lines: list[str] = []
        start = self._text.rfind("\n", 0, offset) + 1
        while start > 0:
            previous = self._text.rfind("\n", 0, start - 1) + 1
            match = _DOC_LINE.match(self._text[previous : start - 1].strip())
            if not match:
                break
            lines.append(match.group(1))
            start = previous
        return "\n".join(reversed(lines))


# --- reading a broken block line by line ---------------------------------------------------------


def _members_line_by_line(text: str, header: Header, problems: list[SyntaxProblem]) -> Iterator[Any]:
    rule = _line_rule(header.keyword)
    broken = 0
    for line in _logical_lines(text, header.body):
        if broken >= MAX_BROKEN_LINES:
            problems.append(SyntaxProblem("The rest of this block was skipped: too many lines cannot be read.", line))
            return
        try:
            yield from _parse(text, line, rule)
        except _unreadable_errors():
            broken += 1
            problems.append(SyntaxProblem(_explanation(text, line, header.keyword), _trimmed(text, line)))


def _line_rule(keyword: Keyword) -> str:
    if keyword in _MODEL_KEYWORDS:
        return "model_line"
    return "enum_line" if keyword is Keyword.ENUM else "config_line"


def _logical_lines(text: str, body: Span) -> Iterator[Span]:
    """The non-empty lines of a block; a line that opens a parenthesis runs on to where it is closed."""
    start, depth = body.start, 0
    for match in _TOKENS_OF_LINES.finditer(text, body.start, body.end):
        token = match.group()
        if token in "([":
            depth += 1
        elif token in ")]":
            depth = max(0, depth - 1)
        elif token == "\n" and (depth == 0 or _starts_member(text, match.end())):
            depth = 0
            if _has_content(text, start, match.start()):
                yield Span(start, match.start())
            start = match.end()
    if _has_content(text, start, body.end):
        yield Span(start, body.end)


_TOKENS_OF_LINES = re.compile(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|[()\[\]\n]')
_MEMBER_START = re.compile(r"[ \t]*(?:@@\w|[A-Za-z]\w*[ \t]+[A-Z]\w*)")
_ONLY_COMMENT = re.compile(r"\s*(?:(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)\s*)*\Z")


def _starts_member(text: str, offset: int) -> bool:
    return _MEMBER_START.match(text, offset) is not None


def _has_content(text: str, start: int, end: int) -> bool:
    return _ONLY_COMMENT.match(text[start:end]) is None


def _trimmed(text: str, line: Span) -> Span:
    stretch = text[line.start : line.end]
    start = line.start + len(stretch) - len(stretch.lstrip())
    return Span(start, max(start, line.start + len(stretch.rstrip())))


def _explanation(text: str, line: Span, keyword: Keyword) -> str:
    words = text[line.start : line.end].split()
    shown = words[0][:40] if words else ""
    if keyword is Keyword.ENUM:
        return f'"{shown}" cannot be read as an enum value: write one name a line, such as "ACTIVE".'
    if keyword not in _MODEL_KEYWORDS:
        return f'"{shown}" cannot be read as a setting: write a name, "=", and a value, such as "provider = \\"mysql\\"".'
    if len(words) == 1 and not shown.startswith("@"):
        return f'Field "{shown}" has no type yet: write its type after the name, such as "{shown} String".'
    return f'"{shown}" cannot be read as a field: write a name, a type, then attributes, such as "email String @unique".'


# --- lark -----------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """The text is not what the grammar describes."""


@cache
def _unreadable_errors() -> tuple[type[Exception], ...]:
    from lark.exceptions import LarkError

    return (_Unreadable, LarkError)


def _parse(text: str, span: Span, rule: str) -> list[Any]:
    from lark import TextSlice

    result: list[Any] = _lark().parse(TextSlice(text, span.start, span.end), start=rule)  # type: ignore[assignment]
    return result


@cache
def _lark() -> Lark:
    from lark import Lark

    return Lark(
        _grammar(),
        parser="lalr",
        start=["block", "model_line", "enum_line", "config_line"],
        postlex=_line_ends(),
        transformer=_transformer(),
        maybe_placeholders=False,
        propagate_positions=False,
    )


def _grammar() -> str:
    """The grammar's text: from the repository when running in a checkout, else from the installed package."""
    in_checkout = Path(__file__).parents[3] / "grammar" / "prisma.lark"
    if in_checkout.is_file():
        return in_checkout.read_text(encoding="utf-8")
    return resources.files("refract.syntax").joinpath("prisma.lark").read_text(encoding="utf-8")


def _line_ends() -> Any:
    from lark.lark import PostLex

    class LineEnds(PostLex):
        """Drops line ends inside brackets and repeated ones, and refuses absurd nesting."""

        always_accept = ("_NL",)

        def process(self, stream: Iterator[Token]) -> Iterator[Token]:
            depth, after_line_end = 0, False
            for token in stream:
                kind = token.type
                if kind == "_NL":
                    if depth == 0 and not after_line_end:
                        after_line_end = True
                        yield token
                    continue
                after_line_end = False
                if kind in ("_LPAR", "LBRACKET"):
                    depth += 1
                    if depth > MAX_NESTING:
                        raise _Unreadable
                elif kind in ("RPAR", "RBRACKET"):
                    depth -= 1
                yield token

    return LineEnds()


def _span(token: Token) -> Span:
    return Span(token.start_pos, token.end_pos)  # type: ignore[arg-type]


def _name(token: Token, skip: int = 0) -> Name:
    return Name(str(token)[skip:], Span(token.start_pos + skip, token.end_pos))  # type: ignore[operator,arg-type]


def _string(token: Token) -> StringLiteral:
    return StringLiteral(unescape(str(token)[1:-1]), _span(token))


def unescape(content: str) -> str:
    """The value of a string literal whose quotes were taken off."""
    if "\\" not in content:
        return content
    return _ESCAPE.sub(
        lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else _ESCAPES.get(m[1], m[1]),
        content,
    )


def _transformer() -> Any:
    from lark import Transformer

    class BuildTree(Transformer[Any, Any]):
        """Makes tree nodes straight from the parser's reductions: no parse tree is ever built."""

        def model_block(self, children: list[Any]) -> list[Any]:
            return children[2:-1]

        enum_block = config_block = model_block

        def model_line(self, children: list[Any]) -> list[Any]:
            return children

        enum_line = config_line = model_line

        def model_field(self, children: list[Any]) -> Field:
            name, type_, *attributes = children
            span = Span(name.start_pos, (attributes[-1] if attributes else type_).span.end)
            return Field(_name(name), type_, tuple(attributes), "", span)

        def field_type(self, children: list[Any]) -> FieldType:
            name = children[0]
            return FieldType(_name(name), _arity(children[1:]), None, Span(name.start_pos, children[-1].end_pos))

        def unsupported_type(self, children: list[Any]) -> FieldType:
            name, string, _, *arity = children
            span = Span(name.start_pos, children[-1].end_pos)
            if name != "Unsupported":
                raise _Unreadable
            return FieldType(_name(name), _arity(arity), _string(string), span)

        def enum_value(self, children: list[Any]) -> EnumValue:
            name, *attributes = children
            end = attributes[-1].span.end if attributes else name.end_pos
            return EnumValue(_name(name), tuple(attributes), "", Span(name.start_pos, end))

        def property(self, children: list[Any]) -> Property:
            name, value = children
            return Property(_name(name), value, Span(name.start_pos, value.span.end))

        def attribute(self, children: list[Any]) -> Attribute:
            return _attribute(children, 1)

        def block_attribute(self, children: list[Any]) -> Attribute:
            return _attribute(children, 2)

        def named_argument(self, children: list[Any]) -> Argument:
            name, value = children
            return Argument(_name(name), value, Span(name.start_pos, value.span.end))

        def unnamed_argument(self, children: list[Any]) -> Argument:
            return Argument(None, children[0], children[0].span)

        def string(self, children: list[Any]) -> StringLiteral:
            return _string(children[0])

        def number(self, children: list[Any]) -> NumberLiteral:
            return NumberLiteral(str(children[0]), _span(children[0]))

        def constant(self, children: list[Any]) -> Constant:
            return Constant(str(children[0]), _span(children[0]))

        def array(self, children: list[Any]) -> Array:
            return Array(tuple(children[1:-1]), Span(children[0].start_pos, children[-1].end_pos))

        def call(self, children: list[Any]) -> Call:
            name = children[0]
            return Call(_name(name), tuple(children[1:-1]), Span(name.start_pos, children[-1].end_pos))

        def object(self, children: list[Any]) -> Call:
            start, end = children[0].start_pos, children[-1].end_pos
            return Call(Name("", Span(start, start)), tuple(children[1:-1]), Span(start, end))

    return BuildTree()


def _attribute(children: list[Any], at_signs: int) -> Attribute:
    token = children[0]
    return Attribute(_name(token, at_signs), tuple(children[1:-1]), Span(token.start_pos, children[-1].end_pos))


def _arity(suffix: list[Any]) -> Arity:
    if not suffix:
        return Arity.REQUIRED
    return Arity.OPTIONAL if suffix[0].type == "OPTIONAL" else Arity.LIST


__all__ = ["Header", "parse_block", "unescape"]
