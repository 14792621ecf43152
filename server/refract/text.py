"""Text as Refract sees it: offsets, spans and edits.

Offsets count Unicode code points from the start of a text (Python string indices).
Lines and columns exist only at the edges, in `lsp/` and `cli/`: see `positions.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from attrs import field, frozen


class Span(NamedTuple):
    """A half-open range of offsets: `start` is inside, `end` is not."""

    start: int
    end: int

    def shifted(self, by: int) -> Span:
        """The same range, `by` code points further on."""
        return Span(self.start + by, self.end + by)

    def __contains__(self, offset: object) -> bool:
        return isinstance(offset, int) and self.start <= offset < self.end


class Location(NamedTuple):
    """A range in a named file. `path` is as the project spells it (absolute, or relative to its root)."""

    path: str
    span: Span


@frozen
class Origin:
    """The place at which an object was written, in a form that survives edits elsewhere in the file.

    `block` names the schema block (model, enum, ...) whose start `span` counts from; it is empty for SQL files, where
    `span` counts from the start of the file.
    """

    path: str
    block: str
    span: Span


@frozen
class Problem:
    """Something in a text that could not be read. `origin` is its place, `message` what is wrong and what to do."""

    message: str
    origin: Origin


@frozen
class TextEdit:
    """Replace the text at `span` with `new_text`."""

    span: Span
    new_text: str


@frozen
class FileEdits:
    """Edits of one existing file. `text` is the one that they were made for; of any other they would make nonsense."""

    path: str
    edits: tuple[TextEdit, ...]
    text: str = field(repr=False)


@frozen
class NewFile:
    """A file to write. An existing one is never overwritten."""

    path: str
    text: str


FileChange = FileEdits | NewFile


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """`text` with all `edits` made together.

    Raises ValueError when two edits overlap: which one should win is the caller's decision.
    """
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        if edit.span.start < position:
            raise ValueError(f"overlapping edits at offset {edit.span.start}")
        pieces += (text[position : edit.span.start], edit.new_text)
        position = edit.span.end
    pieces.append(text[position:])
    return "".join(pieces)


def line_edits(old: str, new: str) -> Iterator[TextEdit]:
    """What turns one text into another, by whole lines."""
    olds, news = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, olds))]
    above = _alike(olds, news)
    below = _alike(olds[above:][::-1], news[above:][::-1])
    matcher = SequenceMatcher(None, olds[above : len(olds) - below], news[above : len(news) - below], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            yield TextEdit(Span(starts[above + i1], starts[above + i2]), "".join(news[above + j1 : above + j2]))


def _alike(olds: Sequence[str], news: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for old, new in zip(olds, news, strict=False):
        if old != new:
            break
        count += 1
    return count
