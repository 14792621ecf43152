"""Cuts a schema's text into chunks: each the comments and blank lines before a block, and the block.

The cut depends only on the text from a chunk's start, so after an edit the text is cut again from the
touched chunk until a cut falls where one fell before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from refract.syntax.parser import Header
from refract.syntax.tree import Keyword, Name, SyntaxProblem
from refract.text import Span

_HEADER = re.compile(
    r"(?P<keyword>model|view|type|enum|datasource|generator)[ \t]+(?P<name>[\w-]+)[ \t\r]*(?:\n[ \t\r]*)?\{"
)
_NEXT_HEADER = re.compile(
    r"^(?:model|view|type|enum|datasource|generator)[ \t]+[\w-]+[ \t]*\{", re.MULTILINE
)
_TRIVIA = re.compile(r"(?:[ \t\r\n\f\ufeff]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_IN_BLOCK = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|[{}]')
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:[ \t]|$)", re.MULTILINE)


@frozen
class Cut:
    """One chunk's extent in the text, the header of its block if it has one, and what could not be read before it."""

    start: int
    end: int
    header: Header | None
    problems: tuple[SyntaxProblem, ...]
    closed: bool


def cuts(text: str) -> Iterator[Cut]:
    """All chunks of `text`, which cover it without a gap. Spans in a cut count from the chunk's start."""
    start = position = 0
    problems: list[SyntaxProblem] = []
    while position < len(text):
        trivia = _TRIVIA.match(text, position)
        if trivia:
            position = trivia.end()
            continue
        match = _HEADER.match(text, position)
        if match is None:
            end = _line_end(text, position)
            _note_unreadable(text, Span(position, end), start, problems)
            position = end
            continue
        header, end = _header(text, match, start)
        yield Cut(start, end, header, tuple(problems), header.closed)
        start = position = end
        problems = []
    if start < len(text):
        yield Cut(start, len(text), None, tuple(problems), closed=False)


def _header(text: str, match: re.Match[str], chunk_start: int) -> tuple[Header, int]:
    body_end, end, closed = _block_end(text, match.end())
    header = Header(
        Keyword(match["keyword"]),
        Name(match["name"], Span(*match.span("name")).shifted(-chunk_start)),
        Span(match.start(), end).shifted(-chunk_start),
        Span(match.end(), body_end).shifted(-chunk_start),
        closed,
    )
    return header, end


def _block_end(text: str, body_start: int) -> tuple[int, int, bool]:
    """(end of the body, end of the block, whether it is closed). A block without its brace ends before the next header."""
    following = _NEXT_HEADER.search(text, body_start)
    limit = following.start() if following else len(text)
    depth = 0
    for token in _IN_BLOCK.finditer(text, body_start, limit):
        brace = token.group()
        if brace == "{":
            depth += 1
        elif brace == "}":
            if depth == 0:
                return token.start(), token.end(), True
            depth -= 1
    return limit, limit, False


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end == -1 else end


def _note_unreadable(text: str, line: Span, chunk_start: int, problems: list[SyntaxProblem]) -> None:
    span = line.shifted(-chunk_start)
    if _CONFLICT.match(text, line.start):
        message = "Merge conflict marker: finish the merge here; until then both sides are read as one schema."
        problems.append(SyntaxProblem(message, span))
        return
    if problems and text[problems[-1].span.end + chunk_start : line.start].isspace():
        previous = problems.pop()
        problems.append(SyntaxProblem(previous.message, Span(previous.span.start, span.end)))
        return
    message = (
        "This is not part of any block: a schema holds datasource, generator, model, view, type and enum blocks,"
        " each with its name and { }."
    )
    problems.append(SyntaxProblem(message, span))
