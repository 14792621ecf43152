"""Offsets become lines and columns: the command line's half of that border."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from attrs import field, frozen

from refract.project import Unreadable, read_text
from refract.syntax import Document, SchemaTree
from refract.text import LineIndex, Location


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
    """Finds places in the files of one schema, and in any other file (each read once)."""

    def __init__(self, tree: SchemaTree) -> None:
        self._documents = {document.path: document for document in tree.documents}
        self._other: dict[str, tuple[str, LineIndex]] = {}

    def find(self, location: Location) -> Place:
        """Where `location` is. A file that cannot be read has one empty line."""
        document = self._documents.get(location.path)
        text, index = (document.text, document) if document else self._read(location.path)
        line, column = index.position(location.span.start)
        end_line, end_column = index.position(location.span.end)
        return Place(
            shown_path(location.path), line + 1, column + 1, end_line + 1, end_column + 1, _line(text, index, line)
        )

    def _read(self, path: str) -> tuple[str, LineIndex]:
        if path not in self._other:
            text = read_text(Path(path))
            known = "" if isinstance(text, Unreadable) else text
            self._other[path] = known, LineIndex(known)
        return self._other[path]


def _line(text: str, index: LineIndex | Document, line: int) -> str:
    start = index.offset(line, 0)
    end = text.find("\n", start)
    return (text[start:] if end == -1 else text[start:end]).removesuffix("\r")


def shown_path(path: str | Path) -> str:
    """`path` as the user would write it: from the current folder when it is below it."""
    absolute = os.path.normpath(Path(path).absolute())
    relative = os.path.relpath(absolute)
    return absolute if relative.startswith("..") else relative
