"""Parses the block of one chunk, line by line, so that an unreadable line does not affect the others.

A line is cut into terminals by one regular expression. The tree of a line depends only on their names, so
each sequence of names is given to lark once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from attrs import evolve, frozen

from refract.syntax import messages
from refract.syntax.builders import Build, Member, builder
from refract.syntax.grammar import Beginning, Rejected, line_regex, parse, terminals
from refract.syntax.splitter import Extent
from refract.syntax.tree import Attribute, Block, EnumValueNode, Field, Keyword, Name, Property, SyntaxProblem
from refract.text import Span

MAX_LINE = 100_000
"""Characters of a line; a longer one is not read."""

MAX_NESTING = 64
"""Nested brackets; a line with more is not read. Real schemas stay below 6."""

MAX_TERMINALS = 10_000
"""Words and signs of a member; a longer one is not read. No database has an index of that many columns."""

MAX_JOINED_LINES = 500
"""Lines that the arguments of one attribute may take."""

MAX_PROBLEMS = 200
"""Unreadable stretches of a block; after these, the rest of it is not read."""

MAX_SHAPES = 20_000
MAX_REMEMBERED_TERMINALS = 100

_OTHER = "OTHER"
_RULES = {
    Keyword.ENUM: "enum_member",
    Keyword.DATASOURCE: "config_member",
    Keyword.GENERATOR: "config_member",
}
_shapes: dict[tuple[str, bytes], Build | Rejected] = {}


def parse_block(text: str, extent: Extent) -> Block:
    """The block at `extent` in `text` (a chunk). Never raises."""
    reader = _Reader(text)
    keyword, name = reader.header(extent)
    reader.read_members(_RULES.get(keyword, "model_member"), extent)
    problems = reader.problems
    if not extent.closed and not reader.has_conflict:
        problems.append(SyntaxProblem(messages.not_closed(keyword, name.text), name.span))
    return Block(
        keyword=keyword,
        name=name,
        fields=tuple([m for m in reader.members if isinstance(m, Field)]),
        values=tuple([m for m in reader.members if isinstance(m, EnumValueNode)]),
        properties=tuple([m for m in reader.members if isinstance(m, Property)]),
        attributes=tuple([m for m in reader.members if isinstance(m, Attribute)]),
        doc=reader.doc_before(extent),
        span=extent.span,
        problems=tuple(problems),
    )


@frozen
class _Terminals:
    """Numbers of the terminals: the group numbers of the line expression."""

    names: tuple[str, ...]
    newline: int
    doc: int
    comment: int
    word: int
    other: int

    @classmethod
    def load(cls) -> _Terminals:
        names = ("", *(name for name, _ in terminals()), _OTHER)
        return cls(names, *(names.index(n) for n in ("NEWLINE", "DOC", "COMMENT", "WORD", _OTHER)))


class _Reader:
    """Reads the lines of one block into `members` and `problems`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._regex = line_regex()
        self._terminals = _terminals()
        self.members: list[Member] = []
        self.problems: list[SyntaxProblem] = []
        self.has_conflict = False

    def header(self, extent: Extent) -> tuple[Keyword, Name]:
        """The keyword and the name; the splitter has found both, and the brace."""
        matches = self._regex.finditer(self._text, extent.span.start)
        (header, header_kind), (brace, brace_kind) = _span_and_kind(next(matches)), _span_and_kind(next(matches))
        build = self._shape("header", bytes((header_kind, brace_kind)))
        assert not isinstance(build, Rejected)
        found: tuple[Keyword, Name] = build(self._text, (header, brace))
        return found

    def read_members(self, rule: str, extent: Extent) -> None:
        """Reads the body of the block."""
        for stretch in self._stretches(extent.body):
            if extent.one_line and rule == "enum_member":
                self._read_one_line_enum(stretch)
            else:
                self._read_lines(rule, stretch)

    def doc_before(self, extent: Extent) -> str:
        """The `///` lines right above the block."""
        above = self._text[: extent.span.start]
        if "///" not in above:
            return ""
        docs: list[str] = []
        for line in reversed(above.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]):
            stripped = line.strip()
            if not stripped.startswith("//"):
                break
            if stripped.startswith("///"):
                docs.append(_doc(stripped))
        return "\n".join(reversed(docs))

    def _stretches(self, body: Span) -> Iterator[Span]:
        """The body without too long lines."""
        if body.end - body.start <= MAX_LINE:
            yield body
            return
        start = line_start = body.start
        while line_start < body.end:
            line_end = self._text.find("\n", line_start, body.end) + 1 or body.end
            if line_end - line_start > MAX_LINE:
                yield Span(start, line_start)
                message = messages.TOO_LONG_LINE.format(length=line_end - line_start)
                self.problems.append(SyntaxProblem(message, Span(line_start, line_end)))
                start = line_end
            line_start = line_end
        yield Span(start, body.end)

    def _read_lines(self, rule: str, stretch: Span) -> None:
        position: int | None = stretch.start
        while position is not None and len(self.problems) < MAX_PROBLEMS:
            position = self._read_until_broken(rule, Span(position, stretch.end))
        if position is not None:
            self.problems.append(SyntaxProblem(messages.TOO_MANY_PROBLEMS, Span(position, stretch.end)))

    def _read_until_broken(self, rule: str, stretch: Span) -> int | None:
        """Reads lines up to and including the first unreadable one; returns where to continue, None at the end."""
        newline, doc, comment = self._terminals.newline, self._terminals.doc, self._terminals.comment
        docs, member = _Docs(), _Unfinished(rule, self._terminals)
        for match in self._regex.finditer(self._text, *stretch):
            kind = match.lastindex
            if kind is None:
                continue
            if kind == newline:
                if not member.kinds:
                    docs.blank_line()
                elif member.is_open():
                    if not member.goes_on(match.end()):
                        return self._broken(member, match.end())
                elif self._add(member, docs):
                    member = _Unfinished(rule, self._terminals)
                else:
                    return self._broken(member, match.end())
            elif kind == doc:
                docs.add(match.group(doc))
            elif kind == comment:
                self._check_comment(match)
            else:
                member.kinds.append(kind)
                member.spans.append(match.span(kind))
        is_read = not member.kinds or self._add(member, docs)
        return None if is_read else self._broken(member, stretch.end)

    def _add(self, member: _Unfinished, docs: _Docs) -> bool:
        """Adds a complete member, if it can be read."""
        shape = self._shape(member.rule, bytes(member.kinds))
        if isinstance(shape, Rejected):
            return False
        self.members.append(docs.documented(shape(self._text, member.spans)))
        return True

    def _broken(self, member: _Unfinished, end: int) -> int:
        """Records the first line of an unreadable member; returns where the next line begins."""
        length, following = member.first_line or (len(member.kinds), end)
        self._note(member.rule, member.kinds[:length], member.spans[:length])
        return following

    def _read_one_line_enum(self, stretch: Span) -> None:
        """`enum Role { USER ADMIN @map("admin") }`: each name outside brackets begins a value."""
        found = [_span_and_kind(m) for m in self._regex.finditer(self._text, *stretch) if m.lastindex]
        found = [(span, kind) for span, kind in found if kind not in (self._terminals.comment, self._terminals.doc)]
        values: list[list[tuple[tuple[int, int], int]]] = []
        depth = 0
        for span, kind in found:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self._text[slice(*span)], 0)
            if not values or (kind == self._terminals.word and depth == 0):
                values.append([])
            values[-1].append((span, kind))
        for value in values:
            spans, kinds = [s for s, _ in value], [k for _, k in value]
            shape = self._shape("enum_member", bytes(kinds))
            if isinstance(shape, Rejected):
                self._note("enum_member", kinds, spans)
            else:
                self.members.append(shape(self._text, spans))

    def _shape(self, rule: str, key: bytes) -> Build | Rejected:
        """The function that builds a line with these terminals, or the reason why no line can have them."""
        known = _shapes.get((rule, key))
        if known is not None:
            return known
        if len(key) > MAX_TERMINALS:
            return Rejected(-1, frozenset())
        names = self._terminals.names
        other = key.find(self._terminals.other)
        if len(key) > 2 * MAX_NESTING and _nesting([names[k] for k in key]) > MAX_NESTING:
            return Rejected(-1, frozenset())
        tree = parse(rule, [names[k] for k in (key if other == -1 else key[:other])])
        shape: Build | Rejected
        if isinstance(tree, Rejected):
            shape = tree
        elif other != -1:
            shape = Rejected(other, frozenset())
        else:
            shape = builder(tree)
        if len(key) <= MAX_REMEMBERED_TERMINALS:
            if len(_shapes) >= MAX_SHAPES:
                _shapes.clear()
            _shapes[rule, key] = shape
        return shape

    def _check_comment(self, match: re.Match[str]) -> None:
        span = Span(*match.span(self._terminals.comment))
        comment = self._text[span.start : span.end]
        if comment.startswith("/*") and (len(comment) < 4 or not comment.endswith("*/")):
            self.problems.append(SyntaxProblem(messages.UNCLOSED_COMMENT, Span(span.start, span.start + 2)))

    def _note(self, rule: str, kinds: list[int], spans: list[tuple[int, int]]) -> None:
        span = Span(spans[0][0], spans[-1][1])
        line = self._text[slice(*span)]
        if messages.is_conflict_marker(line):
            if not self.has_conflict:
                self.problems.append(SyntaxProblem(messages.MERGE_CONFLICT, span))
            self.has_conflict = True
            return
        self.problems.append(SyntaxProblem(self._explanation(rule, kinds, spans), span))

    def _explanation(self, rule: str, kinds: list[int], spans: list[tuple[int, int]]) -> str:
        rejected = self._shape(rule, bytes(kinds))
        if not isinstance(rejected, Rejected):
            return messages.unreadable_line(rule, "", "", ())
        if rejected.index == -1:
            return messages.TOO_DEEP if len(kinds) <= MAX_TERMINALS else messages.TOO_MANY_PARTS
        at = rejected.index
        found = self._text[spans[at][0] : spans[-1][1]] if at < len(spans) else ""
        if found and not found.startswith('"'):
            found = self._text[slice(*spans[at])]
        previous = self._text[slice(*spans[at - 1])] if at else ""
        return messages.unreadable_line(rule, found, previous, rejected.expected)


class _Unfinished:
    """The terminals of a member so far. If a bracket is open at the end of a line, the next line may continue it.

    `first_line`, of a member on several lines: how many terminals it has, and where the second line begins.
    """

    def __init__(self, rule: str, terminals: _Terminals) -> None:
        self.rule = rule
        self.kinds: list[int] = []
        self.spans: list[tuple[int, int]] = []
        self.first_line: tuple[int, int] | None = None
        self._terminals = terminals
        self._beginning: Beginning | None = None
        self._counted = self._read = self._depth = self._lines = 0

    def is_open(self) -> bool:
        """Whether a bracket is open here, at the end of a line."""
        names = self._terminals.names
        for kind in self.kinds[self._counted :]:
            self._depth += (names[kind] in _OPENING) - (names[kind] in _CLOSING)
        self._counted = len(self.kinds)
        return self._depth > 0

    def goes_on(self, following: int) -> bool:
        """Whether all terminals so far can be read, if the line that begins at `following` continues them."""
        if self._beginning is None or self.first_line is None:
            self._beginning, self.first_line = Beginning(self.rule), (len(self.kinds), following)
        names = [self._terminals.names[kind] for kind in self.kinds[self._read :]]
        self._read = len(self.kinds)
        self._lines += 1
        is_short = self._lines < MAX_JOINED_LINES and self._read <= MAX_TERMINALS and self._depth <= MAX_NESTING
        return is_short and _OTHER not in names and self._beginning.goes_on_with(names)


class _Docs:
    """The `///` comments that belong to the next member: on the lines above it, and at the end of its line."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line_was_blank = True

    def add(self, comment: str) -> None:
        self._lines.append(_doc(comment))
        self._line_was_blank = False

    def blank_line(self) -> None:
        """Called at the end of each line without a member: comments above an empty line belong to no member."""
        if self._line_was_blank:
            self._lines.clear()
        self._line_was_blank = True

    def documented(self, member: Member) -> Member:
        """`member` with its comments, which are then cleared."""
        self._line_was_blank = True
        if not self._lines:
            return member
        doc = "\n".join(self._lines)
        self._lines.clear()
        return evolve(member, doc=doc) if isinstance(member, Field | EnumValueNode) else member


_OPENING = frozenset(("LPAR", "LBRACKET", "LBRACE"))
_CLOSING = frozenset(("RPAR", "RBRACKET", "RBRACE"))


@cache
def _terminals() -> _Terminals:
    return _Terminals.load()


def _span_and_kind(match: re.Match[str]) -> tuple[tuple[int, int], int]:
    kind = match.lastindex or 0
    return match.span(kind), kind


def _nesting(names: list[str]) -> int:
    deepest = depth = 0
    for name in names:
        depth += (name in _OPENING) - (name in _CLOSING)
        deepest = max(deepest, depth)
    return deepest


def _doc(comment: str) -> str:
    """The text of a `///` comment."""
    return comment[3:].strip()
