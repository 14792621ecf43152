"""Offsets become lines and columns: the command line's half of that border."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import field, frozen

from refract.cli.terminal import shown_path
from refract.syntax import Document
from refract.text import LineIndex, Location
from refract.workspace.reading import UnreadableFile, read_text


@frozen
class Place:
    """A range in a file. Lines and columns count from 1; the end column is the one after the last character.

    `path` is relative to the current folder when the file is below it. `source` is the text of the first line.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str = field(default="", repr=False)

    def as_json(self) -> dict[str, Any]:
        """The documented shape of a place."""
        return {
            "path": self.path,
            "start": {"line": self.line, "column": self.column},
            "end": {"line": self.end_line, "column": self.end_column},
        }


class Places:
    """Finds places in documents, and in any other file (each read once)."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = {document.path: document for document in documents}
        self._other: dict[str, _File] = {}

    def find(self, location: Location) -> Place:
        """Where `location` is. A file that cannot be read has one empty line."""
        index = self._documents.get(location.path) or self._read(location.path)
        line, column = index.position(location.span.start)
        end_line, end_column = index.position(location.span.end)
        return Place(
            shown_path(location.path), line + 1, column + 1, end_line + 1, end_column + 1, index.line_text(line)
        )

    def _read(self, path: str) -> _File:
        if path not in self._other:
            text = read_text(Path(path))
            self._other[path] = _File("" if isinstance(text, UnreadableFile) else text)
        return self._other[path]


class _File(LineIndex):
    """A file that is no schema, such as a migration."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def line_text(self, line: int) -> str:
        """The text of a line without its line end."""
        start = self.offset(line, 0)
        end = self._text.find("\n", start)
        return (self._text[start:] if end == -1 else self._text[start:end]).removesuffix("\r")
