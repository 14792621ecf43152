"""A request of a client that cannot be fulfilled, and the problem in the way."""

from __future__ import annotations

import os
from pathlib import Path

from refract.analysis import Analysis
from refract.positions import PlainText, read_plain


class Refused(Exception):
    """The message gives the reason and the next action; the client shows it to the user."""


def shown_problem(analysis: Analysis) -> str:
    """The first problem of an analysis, with the file, from the project's root, and the line."""
    problem = analysis.problems[0]
    location = analysis.locate_problem(problem)
    file = analysis.snapshot.tree.document(location.path) or read_plain(location.path) or PlainText(location.path, "")
    line, _ = file.position(location.span.start)
    path = Path(os.path.relpath(location.path, analysis.snapshot.files.root)).as_posix()
    return f"{path}:{line + 1}: {problem.message}"
