"""Offsets become lines and columns: the command line's half of that border."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import field, frozen

from refract.analysis import Analysis
from refract.cli.terminal import shown_path
from refract.escaping import one_line
from refract.positions import PlainText, read_plain
from refract.syntax import Document
from refract.text import Location, Problem


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

    def __init__(self, documents: Iterable[Document | PlainText]) -> None:
        self._documents = {document.path: document for document in documents}
        self._other: dict[str, PlainText] = {}

    def find(self, location: Location) -> Place:
        """Where `location` is. A file that cannot be read has one empty line."""
        index = self._documents.get(location.path) or self._read(location.path)
        line, column = index.position(location.span.start)
        end_line, end_column = index.position(location.span.end)
        return Place(
            shown_path(location.path), line + 1, column + 1, end_line + 1, end_column + 1, index.line_text(line)
        )

    def _read(self, path: str) -> PlainText:
        if path not in self._other:
            self._other[path] = read_plain(path) or PlainText(path, "")
        return self._other[path]


def problem_lines(analysis: Analysis, problems: Iterable[Problem]) -> Iterator[str]:
    """What could not be read, with its place, one line each."""
    places = Places(analysis.snapshot.tree.documents)
    for problem in problems:
        place = places.find(analysis.locate_problem(problem))
        yield one_line(f"{place.path}:{place.line}:{place.column}: {problem.message}")
