"""The state of one client: its open documents, and the projects that they belong to.

A keystroke changes one document and marks its project; shortly after, the project is analysed once for all
keystrokes that came meanwhile. Reading migrations is slow and happens in a thread, on values that nobody changes.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from attrs import define, field, frozen
from lsprotocol import types

from refract.lsp import convert
from refract.lsp.convert import Encoding
from refract.project import (
    Analysis,
    CannotAnalyse,
    ProjectFiles,
    Snapshot,
    Unreadable,
    analyse,
    find_projects,
    open_project,
    read_baseline,
    read_text,
)
from refract.syntax import Document, parse_document

DEBOUNCE = 0.0
"""Seconds from a keystroke to its analysis. Even without any, keystrokes that wait in the pipe are read first."""

_log = logging.getLogger(__name__)


@frozen
class OpenFile:
    """A document as the editor has it."""

    uri: str
    version: int
    document: Document


@define(eq=False)
class OpenProject:
    """A project of which a file is or was open. `opening` reads it from disk, while that lasts; `outdated` says that it must be read once more."""

    files: ProjectFiles
    snapshot: Snapshot | None = None
    analysis: Analysis | None = None
    failure: str = ""
    opening: asyncio.Task[None] | None = None
    outdated: bool = False
    timer: asyncio.TimerHandle | None = None


Publish = Callable[[OpenProject], None]


@define(eq=False)
class Session:
    """Everything the server knows about its client. `publish` is called when a project has a new analysis."""

    publish: Publish
    encoding: Encoding = field(factory=lambda: Encoding(types.PositionEncodingKind.Utf16))
    open_files: dict[str, OpenFile] = field(factory=dict)
    projects: dict[Path, OpenProject] = field(factory=dict)

    def opened(self, item: types.TextDocumentItem) -> None:
        """A document was opened in the editor. Files outside any project, and those that are no files, are left alone."""
        path = convert.to_path(item.uri)
        if path is None or not path.endswith(".prisma"):
            return
        self.open_files[path] = OpenFile(item.uri, item.version, parse_document(path, item.text))
        project = self._project_of(path)
        if project is None:
            return
        if project.snapshot is None:
            self._open(project)
        else:
            self._replace(project, self.open_files[path].document)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """The editor changed a document."""
        path = convert.to_path(params.text_document.uri)
        known = self.open_files.get(path) if path else None
        if path is None or known is None:
            return
        document = known.document
        for change in params.content_changes:
            document = self._edited(document, change)
        self.open_files[path] = OpenFile(known.uri, params.text_document.version, document)
        project = self.project_at(path)
        if project is not None:
            self._replace(project, document)

    def closed(self, uri: str) -> None:
        """The editor closed a document: from now on the file on disk counts."""
        path = convert.to_path(uri)
        if path is None or self.open_files.pop(path, None) is None:
            return
        project = self.project_at(path)
        if project is None:
            return
        if not any(str(file) in self.open_files for file in project.files.schema_files):
            self.projects.pop(project.files.schema)
            return
        self._reread(project, path)

    def files_changed(self, paths: Iterable[str]) -> None:
        """Files changed on disk: migrations are replayed again, schema files that are not open are read again."""
        for project in tuple(self.projects.values()):
            if any(_concerns(project, path) for path in paths):
                self._open(project)

    def project_at(self, path: str) -> OpenProject | None:
        """The open project that the schema file at `path` belongs to."""
        wanted = Path(path)
        return next((p for p in self.projects.values() if wanted in p.files.schema_files), None)

    def document(self, path: str) -> Document | None:
        """The document at `path`, as open in the editor or as last read."""
        if path in self.open_files:
            return self.open_files[path].document
        for project in self.projects.values():
            known = project.snapshot.tree.document(path) if project.snapshot else None
            if known is not None:
                return known
        return None

    async def ready(self, path: str) -> None:
        """Waits until the project of the file at `path` has been read."""
        project = self.project_at(path)
        if project is not None and project.opening is not None:
            await asyncio.shield(project.opening)

    def analysis_of(self, path: str) -> Analysis | None:
        """The analysis of the current text at `path`, made now if the last one is older."""
        project = self.project_at(path)
        if project is None or project.snapshot is None:
            return None
        self._analyse(project)
        return project.analysis

    def _edited(self, document: Document, change: types.TextDocumentContentChangeEvent) -> Document:
        if isinstance(change, types.TextDocumentContentChangePartial):
            return document.edited(convert.to_span(document, change.range, self.encoding), change.text)
        return parse_document(document.path, change.text, document)

    def _project_of(self, path: str) -> OpenProject | None:
        known = self.project_at(path)
        if known is not None:
            return known
        found = find_projects(Path(path))
        if not found:
            return None
        return self.projects.setdefault(found[0].schema, OpenProject(found[0]))

    def _replace(self, project: OpenProject, document: Document) -> None:
        if project.snapshot is None:
            return
        project.snapshot = project.snapshot.edited(document)
        self._schedule(project)

    def _reread(self, project: OpenProject, path: str) -> None:
        text = read_text(Path(path))
        if not isinstance(text, Unreadable):
            self._replace(project, parse_document(path, text, self.document(path)))

    def _schedule(self, project: OpenProject) -> None:
        if project.timer is None:
            project.timer = asyncio.get_running_loop().call_later(DEBOUNCE, self._analyse, project)

    def _analyse(self, project: OpenProject) -> None:
        if project.timer is not None:
            project.timer.cancel()
            project.timer = None
        if project.snapshot is None or (project.analysis and project.analysis.snapshot is project.snapshot):
            return
        try:
            if project.analysis and _provider_changed(project.analysis, project.snapshot):
                project.snapshot = read_baseline(project.snapshot)
            project.analysis = analyse(project.snapshot, project.analysis)
        except Exception:
            _log.exception("analysis of %s failed", project.files.schema)
            return
        self.publish(project)

    def _open(self, project: OpenProject) -> None:
        """Read the project from disk in the background; while that lasts, further wishes make one more reading."""
        project.outdated = True
        if project.opening is None:
            project.opening = asyncio.get_running_loop().create_task(self._read_until_current(project))

    async def _read_until_current(self, project: OpenProject) -> None:
        while project.outdated:
            project.outdated = False
            await self._read(project)
        project.opening = None

    async def _read(self, project: OpenProject) -> None:
        """Read the project from disk in a thread, then put what is open in the editor on top."""
        try:
            project.snapshot = await asyncio.to_thread(open_project, project.files)
            project.failure = ""
        except CannotAnalyse as error:
            project.failure = str(error)
        except Exception as error:
            _log.exception("reading %s failed", project.files.schema)
            project.failure = f"Refract could not read this project: {error}"
        if project.failure:
            self.publish(project)
            return
        gc.freeze()
        for path, open_file in self.open_files.items():
            if project.snapshot and Path(path) in project.files.schema_files:
                project.snapshot = project.snapshot.edited(open_file.document)
        self._analyse(project)


def _provider_changed(analysis: Analysis, snapshot: Snapshot) -> bool:
    """Whether the datasource block is another than it was: migrations may mean something else then."""
    before, after = analysis.snapshot.tree.datasource, snapshot.tree.datasource
    return (before and before.block) is not (after and after.block)


def _concerns(project: OpenProject, path: str) -> bool:
    changed = Path(path)
    return changed.is_relative_to(project.files.migrations) or changed in project.files.schema_files
