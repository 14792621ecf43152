"""Checks the same projects again and again: what stayed the same since the last check costs nothing."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import define, field, frozen

from refract.analysis import Analysis, open_project
from refract.analysis.with_code import analyse_with_code
from refract.cli.answer_memory import key_of, source_state
from refract.cli.mcp_server.running import Refused
from refract.cli.projects import projects_at
from refract.cli.shapes import analyses_as_json
from refract.cli.terminal import CannotRun
from refract.workspace.failure import CannotAnalyse
from refract.workspace.projects import ProjectFiles


@frozen
class _Result:
    """A result, with the hash of all that it was made from, and the state of the code if it depends on that."""

    key: str
    source: str
    shape: dict[str, Any]

    def holds(self, key: str, projects: tuple[ProjectFiles, ...]) -> bool:
        return self.key == key and (not self.source or self.source == source_state(projects))


@define
class Checker:
    """`refract check --format json`, with the last analysis of each project."""

    _known: dict[Path, Analysis] = field(factory=dict, init=False)
    _last: _Result | None = field(default=None, init=False)
    _one_at_a_time: Lock = field(factory=Lock, init=False)

    def __call__(self, path: str) -> dict[str, Any]:
        """What `check` prints about the projects at a path. Raises Refused if none can be analysed."""
        with self._one_at_a_time:
            try:
                projects = projects_at(Path(path))
            except CannotRun as error:
                raise Refused(error.format_message()) from error
            key = key_of(projects, None, (path,))
            if self._last is None or not self._last.holds(key, projects):
                self._last = self._checked(key, projects)
            return self._last.shape

    def _checked(self, key: str, projects: tuple[ProjectFiles, ...]) -> _Result:
        notes: list[str] = []
        analyses: list[Analysis] = []
        for project in projects:
            try:
                analyses.append(self._analysis(project))
            except CannotAnalyse as error:
                notes.append(str(error))
        if notes and not analyses:
            raise Refused(" ".join(notes))
        source = source_state(projects) if any(analysis.snapshot.code.known for analysis in analyses) else ""
        return _Result(key, source, analyses_as_json(analyses) | ({"notes": notes} if notes else {}))

    def _analysis(self, project: ProjectFiles) -> Analysis:
        known = self._known.get(project.schema)
        snapshot = open_project(project, known=known.snapshot.tree if known else None, environment=os.environ)
        analysis = analyse_with_code(snapshot, known)
        if known and analysis.problems:  # in place of what cannot be read, an editor shows the last form that could be
            analysis = analyse_with_code(snapshot)
        self._known[project.schema] = analysis
        return analysis
