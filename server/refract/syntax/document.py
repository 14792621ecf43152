"""One schema file: its text as a sequence of parsed chunks, edited without looking at the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from attrs import field, frozen

from refract.syntax.parser import parse_block
from refract.syntax.splitter import Cut, cuts
from refract.syntax.tree import Block, Keyword, SyntaxProblem
from refract.text import Span

MAX_LENGTH = 5_000_000
"""Code points; a longer schema file is not read. The largest known real schema is below 400,000."""

MARK = "refract-ignore"
"""The word in comments that silence findings."""


@frozen
class Chunk:
    """The text from the end of the previous block to the end of this one.

    `block` is None if no block was found (trailing comments, or unreadable text).
    Spans of `problems` count from the chunk's start. `closed` is false for a block without its brace and
    for trailing text: both may join with what follows when the text changes. `dangling`: it holds a `/*` that is
    never closed, so that any `*/` further on would change its meaning. `marked`: a comment in it may silence findings.
    """

    text: str
    block: Block | None
    problems: tuple[SyntaxProblem, ...]
    closed: bool
    newlines: int
    dangling: bool = False
    key: str = field(init=False, eq=False, repr=False)

    marked: bool = field(init=False, eq=False, repr=False)

    @key.default
    def _find_key(self) -> str:
        return block_key(self.block) if self.block is not None else ""

    @marked.default
    def _has_mark(self) -> bool:
        return MARK in self.text


def block_key(block: Block) -> str:
    """How an `Origin` names a block: by its name; a datasource or generator with its keyword first."""
    if block.keyword in _SETTINGS:
        return f"{block.keyword} {block.name.text}"
    return block.name.text


_SETTINGS = frozenset({Keyword.DATASOURCE, Keyword.GENERATOR})


@frozen(eq=False)
class Document:
    """A schema file. `starts[i]` is the offset of `chunks[i]`, `lines[i]` the line it starts on."""

    path: str
    chunks: tuple[Chunk, ...]
    starts: tuple[int, ...]
    lines: tuple[int, ...]
    _has_dangling: bool

    @property
    def text(self) -> str:
        """The whole text, joined from the chunks."""
        return "".join(chunk.text for chunk in self.chunks)

    @property
    def length(self) -> int:
        """Code points in the whole text."""
        return self.starts[-1] + len(self.chunks[-1].text) if self.chunks else 0

    def chunk_at(self, offset: int) -> int:
        """The index of the chunk at `offset`; past the end counts as the last one."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of `offset`, both from 0."""
        if not self.chunks:
            return 0, 0
        index = self.chunk_at(offset)
        text = self.chunks[index].text
        inside = min(offset - self.starts[index], len(text))
        line_start = text.rfind("\n", 0, inside) + 1
        if line_start:
            return self.lines[index] + text.count("\n", 0, inside), inside - line_start
        return self.lines[index], self.starts[index] + inside - self._line_start(index)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column (from 0); past a line's end counts as its end."""
        if not self.chunks or line < 0:
            return 0
        start = self._offset_of_line(line)
        if start is None:
            return self.length
        return min(start + column, self._line_end(start))

    def line_text(self, line: int) -> str:
        """The text of a line without its line end."""
        start = self._offset_of_line(line)
        return "" if start is None else self.slice(Span(start, self._line_end(start)))

    def slice(self, span: Span) -> str:
        """The text at `span`."""
        first, last = self.chunk_at(span.start), self.chunk_at(span.end)
        joined = "".join(chunk.text for chunk in self.chunks[first : last + 1])
        base = self.starts[first] if self.chunks else 0
        return joined[span.start - base : span.end - base]

    def edited(self, span: Span, new_text: str) -> Document:
        """The document after replacing `span` with `new_text`. Only the chunks that the edit touches are cut again."""
        length = self.length - (span.end - span.start) + len(new_text)
        if not self.chunks or length > MAX_LENGTH or self.length > MAX_LENGTH or self._has_dangling:
            return self._edited_whole(span, new_text)
        first, last = self._first_touched(span.start), self.chunk_at(span.end)
        base = self.starts[first]
        region = "".join([chunk.text for chunk in self.chunks[first : last + 1]])
        region = region[: span.start - base] + new_text + region[span.end - base :]
        more = 1
        while True:
            found = list(cuts(region))
            if last + 1 >= len(self.chunks) or (found and found[-1].closed and region.endswith("\n")):
                break
            following = self.chunks[last + 1 : last + 1 + more]
            region += "".join([chunk.text for chunk in following])
            last += len(following)
            more *= 2  # blocks without an end continue: the whole file is cut a few times at most
        if any(cut.dangling for cut in found):
            return self._edited_whole(span, new_text)
        middle = _chunks(region, found, self.chunks[first : last + 1])
        return self.with_part(first, last + 1, middle)

    def _edited_whole(self, span: Span, new_text: str) -> Document:
        text = self.text
        return parse_document(self.path, text[: span.start] + new_text + text[span.end :], self)

    def _first_touched(self, offset: int) -> int:
        """The first chunk whose cut an edit at `offset` may move."""
        index = self.chunk_at(offset)
        while index > 0 and not (self.chunks[index - 1].closed and self.chunks[index - 1].text.endswith("\n")):
            index -= 1
        return index

    def with_part(self, first: int, end: int, chunks: tuple[Chunk, ...]) -> Document:
        """A document with `chunks` in place of those from `first` up to `end`. What follows is moved without a look at it."""
        starts = list(accumulate([len(c.text) for c in chunks], initial=self.starts[first]))
        lines = list(accumulate([c.newlines for c in chunks], initial=self.lines[first]))
        following = end < len(self.chunks)
        return Document(
            self.path,
            (*self.chunks[:first], *chunks, *self.chunks[end:]),
            (
                *self.starts[:first],
                *starts[:-1],
                *_moved(self.starts[end:], starts[-1] - self.starts[end] if following else 0),
            ),
            (
                *self.lines[:first],
                *lines[:-1],
                *_moved(self.lines[end:], lines[-1] - self.lines[end] if following else 0),
            ),
            any(c.dangling for c in chunks) or (self._has_dangling and any(c.dangling for c in self.chunks)),
        )

    def with_chunks(self, chunks: tuple[Chunk, ...]) -> Document:
        """A document of the same file made of `chunks`, which may be older forms of the present ones."""
        return _document(self.path, chunks)

    def _line_start(self, index: int) -> int:
        """The offset of the beginning of the line on which chunk `index` starts."""
        while index > 0:
            index -= 1
            line_start = self.chunks[index].text.rfind("\n") + 1
            if line_start:
                return self.starts[index] + line_start
        return 0

    def _offset_of_line(self, line: int) -> int | None:
        if line == 0:
            return 0
        index = bisect_right(self.lines, line - 1) - 1
        text, skip = self.chunks[index].text, line - self.lines[index]
        position = -1
        for _ in range(skip):
            position = text.find("\n", position + 1)
            if position == -1:
                return None
        return self.starts[index] + position + 1

    def _line_end(self, start: int) -> int:
        index = self.chunk_at(start)
        while index < len(self.chunks):
            found = self.chunks[index].text.find("\n", max(0, start - self.starts[index]))
            if found != -1:
                end = self.starts[index] + found
                return end - 1 if end > start and self.slice(Span(end - 1, end)) == "\r" else end
            index += 1
        return self.length


def _moved(places: tuple[int, ...], by: int) -> Iterable[int]:
    return map(by.__add__, places) if by else places


def parse_document(path: str, text: str, previous: Document | None = None) -> Document:
    """Reads a schema file. Chunks whose text is also in `previous` are taken from there. Never raises."""
    if len(text) > MAX_LENGTH:
        return _document(path, (_too_large(text),))
    return _document(path, _chunks(text, cuts(text), previous.chunks if previous else ()))


def _too_large(text: str) -> Chunk:
    message = f"This file is too large for a schema ({len(text):,} characters, limit {MAX_LENGTH:,})."
    return Chunk(text, None, (SyntaxProblem(message, Span(0, 0)),), closed=False, newlines=text.count("\n"))


def _document(path: str, chunks: tuple[Chunk, ...]) -> Document:
    starts = tuple(accumulate([len(c.text) for c in chunks[:-1]], initial=0)) if chunks else ()
    lines = tuple(accumulate([c.newlines for c in chunks[:-1]], initial=0)) if chunks else ()
    return Document(path, chunks, starts, lines, any(chunk.dangling for chunk in chunks))


def _chunks(text: str, found: Iterable[Cut], known: Iterable[Chunk]) -> tuple[Chunk, ...]:
    reusable = {chunk.text: chunk for chunk in known}
    return tuple(_reused_or_parsed(text, found, reusable))


def _reused_or_parsed(text: str, found: Iterable[Cut], reusable: dict[str, Chunk]) -> Iterator[Chunk]:
    for cut in found:
        chunk_text = text[cut.start : cut.end]
        known = reusable.get(chunk_text)
        if known is not None and known.closed == cut.closed and known.dangling == cut.dangling:
            yield known
            continue
        block = parse_block(chunk_text, cut.block) if cut.block else None
        problems = cut.problems + (block.problems if block else ())
        yield Chunk(chunk_text, block, problems, cut.closed, chunk_text.count("\n"), cut.dangling)
