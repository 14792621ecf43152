"""Cuts a schema's text into chunks: each the comments and blank lines before a block, and the block.

A block ends, as Prisma reads it, at the first line that begins with `}`. A block without such a line ends before
the next line that opens a block. A cut depends only on the text from its chunk's start to its end, except for a
`/*` that is never closed (`Cut.dangling`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from refract.syntax.messages import unreadable_text
from refract.syntax.tree import Keyword, SyntaxProblem
from refract.text import Span

_WS = r"[^\S\r\n]"
_WORD = r"[^\W_][\w-]*+"
_KEYWORDS = "|".join(Keyword)
_LINE_START = r"(?<![^\r\n])"
_HEADER = rf"(?:{_KEYWORDS}){_WS}*+{_WORD}{_WS}*+\{{"
_COMMENT = r"/\*(?s:.*?)\*/"
_STRING = r'"(?:[^"\\\r\n]|\\[^\r\n])*+"'

_TRIVIA = re.compile(rf"(?:[\s\ufeff]++|//[^\r\n]*+|{_COMMENT})*+")
_TRIVIA_AFTER_COMMENTS = re.compile(r"(?:[\s\ufeff]++|//[^\r\n]*+)*+")
_BLOCK = re.compile(rf"(?P<header>{_HEADER})|(?P<unknown>[\w-]++(?:{_WS}++[\w-]++)?{_WS}*+\{{)")
_ONE_LINE = re.compile(rf"(?:{_STRING}|{_COMMENT}|(?!//|/\*)[^\"\r\n])*\}}(?={_WS}*+(?://[^\r\n]*+)?(?:[\r\n]|\Z))")
_BLOCK_END = re.compile(rf"{_LINE_START}{_WS}*+(?:(?P<close>\}})|(?P<next>{_HEADER}))")
_BLOCK_END_AFTER_COMMENTS = re.compile(rf"{_STRING}|//[^\r\n]*+|(?P<dangling>/\*)|{_BLOCK_END.pattern}")
_BLOCK_END_AMONG_COMMENTS = re.compile(rf"{_COMMENT}{_WS}*+(?P<late_close>\}})?|{_BLOCK_END_AFTER_COMMENTS.pattern}")
_REST_OF_LINE = re.compile(rf"{_WS}*+(?://[^\r\n]*+)?(?:\r\n?|\n|\Z)")
_LINE = re.compile(r"[^\r\n]*+")
_UNREADABLE = re.compile(
    rf"[^\r\n]*+(?:(?:\r\n?|\n){_WS}*+(?!//|/\*|[<>=|]{{7}}|{_BLOCK.pattern.replace('?P<header>', '?:').replace('?P<unknown>', '?:')})[^\r\n]++)*+"
)


@frozen
class Extent:
    """The place of a block in its chunk: from its keyword to its end, and its body (between the braces).

    `one_line` blocks have their members on the line of their header.
    """

    span: Span
    body: Span
    closed: bool
    one_line: bool


@frozen
class Cut:
    """One chunk: its place in the text, its block if it has one, and the unreadable text before that.

    `dangling`: it holds a `/*` without a `*/` anywhere after it.
    """

    start: int
    end: int
    block: Extent | None
    problems: tuple[SyntaxProblem, ...]
    closed: bool
    dangling: bool


def cuts(text: str) -> Iterator[Cut]:
    """All chunks of `text`, which cover it without a gap. Spans in a cut count from the chunk's start."""
    position = 0
    scanner = _Scanner(text)
    while position < len(text):
        cut = scanner.next_cut(position)
        yield cut
        position = cut.end


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._last_comment_end = text.rfind("*/")
        self._has_comments = "/*" in text

    def next_cut(self, start: int) -> Cut:
        """The chunk that begins at `start`."""
        unreadable: list[Span] = []
        dangling = False
        position = start
        while True:
            position = self._after_trivia(position)
            if position == len(self._text):
                return self._cut(Span(start, position), None, unreadable, dangling)
            block = _BLOCK.match(self._text, position)
            if block is None:
                end = _UNREADABLE.match(self._text, position).end()  # type: ignore[union-attr]
                dangling = dangling or "/*" in self._text[position:end]
                self._note(unreadable, Span(position, end))
                position = end
                continue
            extent, dangling_inside = self._extent(block, start)
            end = extent.span.end + start
            span = Span(start, self._line_end(end) if extent.closed else end)
            if block["unknown"]:
                unreadable.append(Span(position, block.end()))
                return self._cut(span, None, unreadable, dangling or dangling_inside, extent.closed)
            return self._cut(span, extent, unreadable, dangling or dangling_inside, extent.closed)

    def _cut(
        self, span: Span, block: Extent | None, unreadable: list[Span], dangling: bool, closed: bool = False
    ) -> Cut:
        problems = tuple(
            SyntaxProblem(unreadable_text(self._text[slice(*place)]), place.shifted(-span.start))
            for place in unreadable
        )
        return Cut(span.start, span.end, block, problems, closed, dangling)

    def _after_trivia(self, position: int) -> int:
        pattern = _TRIVIA if position < self._last_comment_end else _TRIVIA_AFTER_COMMENTS
        return pattern.match(self._text, position).end()  # type: ignore[union-attr]

    def _note(self, unreadable: list[Span], span: Span) -> None:
        """Adds a line; lines without readable text between them are one stretch."""
        if unreadable and self._text[unreadable[-1].end : span.start].isspace():
            span = Span(unreadable.pop().start, span.end)
        unreadable.append(span)

    def _line_end(self, position: int) -> int:
        """The start of the next line if only a comment follows on this one, else `position`."""
        rest = _REST_OF_LINE.match(self._text, position)
        return rest.end() if rest else position

    def _extent(self, block: re.Match[str], chunk_start: int) -> tuple[Extent, bool]:
        start, brace = block.start(), block.end()
        one_line = _ONE_LINE.match(self._text, brace)
        if one_line:
            body, span = Span(brace, one_line.end() - 1), Span(start, one_line.end())
            return Extent(span.shifted(-chunk_start), body.shifted(-chunk_start), True, True), False
        line_end = _LINE.match(self._text, brace).end()  # type: ignore[union-attr]
        body_end, end, dangling = self._block_end(line_end)
        body, span = Span(line_end, body_end), Span(start, end)
        return Extent(span.shifted(-chunk_start), body.shifted(-chunk_start), end > body_end, False), dangling

    def _block_end(self, position: int) -> tuple[int, int, bool]:
        """(end of the body, end of the block, whether a `/*` in it is never closed)."""
        dangling = False
        while True:
            found = self._block_end_pattern(position).search(self._text, position)
            if found is None:
                return len(self._text), len(self._text), dangling
            groups = found.groupdict()
            if groups["close"] or groups.get("late_close"):
                return found.end() - 1, found.end(), dangling
            if groups["next"]:
                return found.start(), found.start(), dangling
            dangling = dangling or bool(groups["dangling"])
            position = found.end()

    def _block_end_pattern(self, position: int) -> re.Pattern[str]:
        if not self._has_comments:
            return _BLOCK_END
        return _BLOCK_END_AMONG_COMMENTS if position < self._last_comment_end else _BLOCK_END_AFTER_COMMENTS
