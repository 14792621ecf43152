"""The state of one client: its open documents, and the projects that they belong to.

A keystroke changes one document and marks its project; shortly after, the project is analysed once for all
keystrokes that came meanwhile. Reading migrations is slow and happens in a thread, on values that nobody changes.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from attrs import define, evolve, field, frozen
from lsprotocol import types

from refract import clock
from refract.analysis import Analysis, Snapshot, analyse, open_project, read_baseline, read_document
from refract.analysis.code_uses import CodeQuestion, is_code
from refract.analysis.with_code import look_up
from refract.baseline.folder import SQL_FILE
from refract.config import Settings
from refract.fixes import load_fixes
from refract.lsp import convert
from refract.lsp.convert import Encoding
from refract.positions import PlainText, read_plain
from refract.source import CodeUses
from refract.syntax import Document, SchemaTree, parse_document
from refract.workspace import CannotAnalyse, ProjectFiles, UnreadableFile, find_projects, read_text
from refract.workspace.prisma_config import configured_folder

DEBOUNCE = 0.0
"""Seconds from a keystroke to its analysis. Even without any, keystrokes that wait in the pipe are read first."""

SLOW = 0.4
"""Seconds of reading after which the client is told about it."""

SETTINGS = ("refract.toml", "refract-accepted.json", "pyproject.toml", "package.json")
"""The files of settings beside Prisma's own."""

_log = logging.getLogger(__name__)


@frozen
class OpenFile:
    """A document as the editor has it."""

    uri: str
    version: int
    document: Document | PlainText


@define(eq=False)
class OpenProject:
    """A project of which a file is or was open. `opening` reads it from disk, while that lasts; `outdated` says that
    it must be read once more. `failure` is why it could not be read the last time. `questions` are about the code of the
    application; `searching` looks for their answers, while that lasts, and `sought` are those that it is at.
    """

    files: ProjectFiles
    snapshot: Snapshot | None = None
    analysis: Analysis | None = None
    failure: str = ""
    opening: asyncio.Task[None] | None = None
    outdated: bool = False
    timer: asyncio.TimerHandle | None = None
    questions: frozenset[CodeQuestion] = frozenset()
    sought: frozenset[CodeQuestion] = frozenset()
    searching: asyncio.Task[None] | None = None

    def holds(self, path: str) -> bool:
        """Whether the file at `path` is part of the schema, a migration's or a plan's."""
        file = Path(path)
        if file in self.files.schema_files:
            return True
        if file.suffix == ".prisma":  # new in the editor, and not on disk yet
            return self.files.schema in file.parents
        return file.parent.parent == self.files.migrations or (
            file.suffix == ".toml" and file.parent == self.files.plans
        )


Publish = Callable[[OpenProject], None]
ShowProgress = Callable[[str], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _unseen(_: str) -> AsyncIterator[None]:
    yield


@define(eq=False)
class Session:
    """Everything the server knows about its client. `publish` is called when a project has a new analysis,
    `progress` shows that something slow is under way, `refresh` says that answers given before have changed.
    `settings` are the editor's own. `annotates_edits`: the client shows what each part of an edit is for;
    `creates_files`: it makes new files that an edit holds; `asks`: it asks a person what a fix wants to know;
    `shows_findings`: it shows findings under the pointer by itself.
    """

    publish: Publish
    progress: ShowProgress = _unseen
    refresh: Callable[[], None] = lambda: None
    annotates_edits: bool = False
    creates_files: bool = False
    asks: bool = False
    shows_findings: bool = False
    settings: Settings | None = None
    encoding: Encoding = field(factory=lambda: Encoding(types.PositionEncodingKind.Utf16))
    open_files: dict[str, OpenFile] = field(factory=dict)
    projects: dict[Path, OpenProject] = field(factory=dict)
    _on_disk: dict[str, PlainText | None] = field(factory=dict, init=False)

    def opened(self, item: types.TextDocumentItem) -> None:
        """A document was opened in the editor. Files outside any project, and those that are no files, are left alone."""
        path = convert.to_path(item.uri)
        if path is None or not path.endswith((".prisma", SQL_FILE)):
            return
        document = read_document(path, item.text) if path.endswith(".prisma") else PlainText(path, item.text)
        self.open_files[path] = OpenFile(item.uri, item.version, document)
        project = self._project_of(path)
        if project is None:
            return
        if project.snapshot is None:
            self._open(project)
        else:
            self._replace(project, document)

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
        if not any(project.holds(file) for file in self.open_files):
            self.projects.pop(project.files.schema)
            return
        text = read_text(Path(path))
        if isinstance(text, UnreadableFile):
            self._open(project)
        elif path.endswith(".prisma"):
            self._replace(project, parse_document(path, text))
        else:
            self._replace(project, PlainText(path, text))

    def files_changed(self, paths: Iterable[str]) -> None:
        """Files changed on disk: migrations are replayed again, schema files that are not open are read again, and what was
        asked about the code is asked again.
        """
        changed = tuple(paths)
        self._on_disk.clear()
        for project in tuple(self.projects.values()):
            if any(_concerns(project, path) for path in changed):
                self._open(project)
            elif project.snapshot and any(map(is_code, changed)):
                self._ask(project, project.snapshot.code.known)

    def settings_changed(self, settings: Settings | None) -> None:
        """The editor's settings are others than before: every project is read again."""
        if settings == self.settings:
            return
        self.settings = settings
        for project in tuple(self.projects.values()):
            self._open(project)

    def project_at(self, path: str) -> OpenProject | None:
        """The open project that the file at `path` belongs to."""
        return next((p for p in self.projects.values() if p.holds(path)), None)

    def document(self, path: str) -> Document | PlainText | None:
        """The file at `path`, as open in the editor, as last analysed or as on disk."""
        if path in self.open_files:
            return self.open_files[path].document
        for project in self.projects.values():
            known = project.snapshot.tree.document(path) if project.snapshot else None
            if known is not None:
                return known
        if path not in self._on_disk:
            self._on_disk[path] = read_plain(path)
        return self._on_disk[path]

    async def ready(self, path: str) -> None:
        """Waits until the project of the file at `path` has been read."""
        project = self.project_at(path)
        if project is not None:
            await self._opened(project)

    async def project_with(self, path: str) -> OpenProject | None:
        """The project that the file or schema folder at `path` belongs to, read from disk if no file of it is open."""
        project = next((p for p in self.projects.values() if str(p.files.schema) == path), None)
        project = project or self._project_of(path)
        if project is None:
            return None
        if project.snapshot is None:
            self._open(project)
        await self._opened(project)
        return project

    async def all_projects(self) -> list[OpenProject]:
        """Every open project, each read."""
        projects = list(self.projects.values())
        for project in projects:
            await self._opened(project)
        return projects

    def current(self, project: OpenProject) -> Analysis | None:
        """The analysis of a project's text as it is now; None while it cannot be read."""
        self._analyse(project)
        return project.analysis

    def analysis_of(self, path: str) -> Analysis | None:
        """The analysis of the current text at `path`, made now if the last one is older."""
        project = self.project_at(path)
        return None if project is None or project.snapshot is None else self.current(project)

    async def _opened(self, project: OpenProject) -> None:
        if project.opening is not None:
            await asyncio.shield(project.opening)

    def _edited(
        self, document: Document | PlainText, change: types.TextDocumentContentChangeEvent
    ) -> Document | PlainText:
        if isinstance(change, types.TextDocumentContentChangePartial):
            return document.edited(convert.to_span(document, change.range, self.encoding), change.text)
        if isinstance(document, PlainText):
            return PlainText(document.path, change.text)
        return parse_document(document.path, change.text, document)

    def _project_of(self, path: str) -> OpenProject | None:
        known = self.project_at(path)
        if known is not None:
            return known
        found = next(_projects_of(Path(path)), None)
        return self.projects.setdefault(found.schema, OpenProject(found)) if found else None

    def _replace(self, project: OpenProject, document: Document | PlainText) -> None:
        if project.snapshot is None:
            return
        project.snapshot = _replaced(project.snapshot, document)
        if project.timer is None:
            project.timer = asyncio.get_running_loop().call_later(DEBOUNCE, self._analyse, project)

    def _analyse(self, project: OpenProject) -> None:
        if project.timer is not None:
            project.timer.cancel()
            project.timer = None
        if project.snapshot is not None:
            project.snapshot = project.snapshot.dated(clock.today())
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
        self._ask(project, project.analysis.asked - project.sought)

    def _ask(self, project: OpenProject, questions: Iterable[CodeQuestion]) -> None:
        """Look in the code for the answers, in the background: no key waits for that."""
        project.questions |= frozenset(questions)
        if project.questions and project.searching is None:
            project.searching = asyncio.get_running_loop().create_task(self._search(project))

    async def _search(self, project: OpenProject) -> None:
        while project.questions and project.analysis is not None and project.snapshot is not None:
            project.sought, project.questions = project.questions, frozenset()
            try:
                found = (await asyncio.to_thread(look_up, project.analysis, project.sought)).known
            except Exception:
                _log.exception("the code beside %s could not be searched", project.files.schema)
                found = {question: CodeUses() for question in project.sought}
            project.sought = frozenset()
            if self.projects.get(project.files.schema) is not project:  # closed meanwhile, and perhaps opened again
                return
            self._on_disk.clear()  # the answers are about the files as they are now
            project.snapshot = evolve(project.snapshot, code=project.snapshot.code.with_more(found))
            self._analyse(project)
        project.searching = None
        self.refresh()

    def _open(self, project: OpenProject) -> None:
        """Read the project from disk in the background; while that lasts, further wishes make one more reading."""
        project.outdated = True
        if project.opening is None:
            project.opening = asyncio.get_running_loop().create_task(self._read_until_current(project))

    async def _read_until_current(self, project: OpenProject) -> None:
        first = project.snapshot is None
        while project.outdated:
            project.outdated = False
            await self._read(project)
        project.opening = None
        if first:
            asyncio.get_running_loop().run_in_executor(None, load_fixes)
        else:
            self.refresh()

    async def _read(self, project: OpenProject) -> None:
        """Read the project from disk in a thread, then put what is open in the editor on top."""
        try:
            known = SchemaTree(tuple(self._schema_files(project)))
            reading = asyncio.to_thread(open_project, _found_again(project.files), known=known, editor=self.settings)
            project.snapshot = await self._told(project, reading)
            project.files = project.snapshot.files
            project.failure = ""
        except CannotAnalyse as error:
            project.failure = str(error)
        except Exception as error:
            _log.exception("reading %s failed", project.files.schema)
            project.failure = f"Refract could not read this project: {error}"
        if project.failure:
            self.publish(project)
            return
        for path, open_file in self.open_files.items():
            if project.snapshot and project.holds(path):
                project.snapshot = _replaced(project.snapshot, open_file.document)
        self._analyse(project)
        gc.freeze()

    def _schema_files(self, project: OpenProject) -> Iterator[Document]:
        """The files of the project's schema that are open in the editor."""
        for path, open_file in self.open_files.items():
            if isinstance(open_file.document, Document) and project.holds(path):
                yield open_file.document

    async def _told(self, project: OpenProject, reading: asyncio.Future[Snapshot] | object) -> Snapshot:
        """Wait for the reading; the client is told when that takes long."""
        task: asyncio.Task[Snapshot] = asyncio.ensure_future(reading)  # type: ignore[arg-type]
        done, _ = await asyncio.wait({task}, timeout=SLOW)
        if not done:
            async with self.progress(f"Reading {project.files.migrations.parent.name}/migrations"):
                await asyncio.wait({task})
        return task.result()


def _projects_of(file: Path) -> Iterator[ProjectFiles]:
    """The projects on disk that hold a file: a schema's own, or those whose migrations or plans it belongs to."""
    if file.suffix == ".prisma":
        existing = file if file.exists() else file.parent
        yield from (p for p in find_projects(existing) if OpenProject(p).holds(str(file)))
        return
    if file.is_dir():
        yield from (p for p in find_projects(file) if p.schema == file)
        return
    beside = file.parent.parent if file.suffix == ".toml" else file.parent.parent.parent
    for top in (beside, beside.parent):
        yield from (p for p in find_projects(top) if OpenProject(p).holds(str(file)))


def _found_again(files: ProjectFiles) -> ProjectFiles:
    """The project as it is on disk now: files of its schema may have come or gone."""
    start = files.schema if files.schema.exists() else files.root
    return next((p for p in find_projects(start) if p.schema == files.schema), files)


def _replaced(snapshot: Snapshot, document: Document | PlainText) -> Snapshot:
    if isinstance(document, PlainText):
        return snapshot.rewritten(document.path, document.text)
    return snapshot.edited(document)


def _provider_changed(analysis: Analysis, snapshot: Snapshot) -> bool:
    """Whether the datasource block is another than it was: migrations may mean something else then."""
    before, after = analysis.snapshot.tree.datasource, snapshot.tree.datasource
    return (before and before.block) is not (after and after.block)


def _concerns(project: OpenProject, path: str) -> bool:
    changed = Path(path)
    if changed.is_relative_to(project.files.migrations) or project.holds(path):
        return True
    if changed.suffix == ".toml" and changed.parent == project.files.plans:
        return True
    folder = changed.parent if changed.name in SETTINGS else configured_folder(changed)
    if folder is not None:
        return project.files.root.is_relative_to(folder)
    return ".git" in changed.parts
