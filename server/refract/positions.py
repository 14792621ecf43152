"""Lines and columns, for `lsp/` and `cli/` alone: all layers below them count offsets.

A schema's `Document` finds its own lines, since it knows where its blocks begin.
"""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Protocol

from refract.reading import UnreadableFile, read_text
from refract.text import Span


class TextFile(Protocol):
    """What positions need to know about a file: a schema's `Document` is one, and `PlainText`."""

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 0."""

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; past a line's end counts as its end."""

    def line_text(self, line: int) -> str:
        """The text of a line without its line end."""

    def slice(self, span: Span) -> str:
        """The text at a span."""


class PlainText:
    """The text of a file that is not a schema, such as a migration. Never changes. Lines end at `\\n`."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self._starts = _line_starts(text)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 0; past the end counts as the end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; past a line's end counts as its end."""
        return min(self._line_start(line) + column, self._line_end(line))

    def line_text(self, line: int) -> str:
        """The text of a line without its line end."""
        return self.text[self._line_start(line) : self._line_end(line)]

    def slice(self, span: Span) -> str:
        """The text at a span."""
        return self.text[span.start : span.end]

    def edited(self, span: Span, new_text: str) -> PlainText:
        """The file after replacing `span` with `new_text`."""
        return PlainText(self.path, self.text[: span.start] + new_text + self.text[span.end :])

    def _line_start(self, line: int) -> int:
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def _line_end(self, line: int) -> int:
        start = self._line_start(line)
        end = self.text.find("\n", start)
        if end == -1:
            return len(self.text)
        return end - 1 if end > start and self.text[end - 1] == "\r" else end


def read_plain(path: str) -> PlainText | None:
    """The file on disk; None when it cannot be read."""
    text = read_text(Path(path))
    return None if isinstance(text, UnreadableFile) else PlainText(path, text)


def _line_starts(text: str) -> list[int]:
    starts, end = [0], text.find("\n")
    while end != -1:
        starts.append(end + 1)
        end = text.find("\n", end + 1)
    return starts
