"""The state of one client: its open documents, and the projects that they belong to.

A keystroke changes one document and the snapshot of its project; shortly after, the project is analysed once for all
keystrokes since then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from attrs import define, field, frozen
from lsprotocol import types

from refract.analysis import Analysis, read_document
from refract.analysis.code_uses import is_code
from refract.config import Settings
from refract.lsp import convert
from refract.lsp.abilities import Abilities
from refract.lsp.open_project import OpenProject, project_on_disk, search_start
from refract.positions import PlainText, read_plain
from refract.reading import UnreadableFile, read_text
from refract.syntax import Document, parse_document
from refract.workspace import ProjectFiles


@frozen
class OpenFile:
    """A document as the editor has it."""

    uri: str
    version: int
    document: Document | PlainText


Publish = Callable[[OpenProject], None]
ShowProgress = Callable[[str], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _unseen(_: str) -> AsyncIterator[None]:
    yield


@define(eq=False)
class Session:
    """Everything the server knows about its client. `publish` is called when a project has a new analysis,
    `progress` shows that something slow is under way, `refresh` reports that earlier results are no longer true.
    `folders` are those that the client works in. `settings` are the editor's own.
    """

    publish: Publish
    progress: ShowProgress = _unseen
    refresh: Callable[[], None] = lambda: None
    folders: Callable[[], tuple[Path, ...]] = tuple
    abilities: Abilities = field(factory=Abilities)
    settings: Settings | None = None
    open_files: dict[str, OpenFile] = field(factory=dict)
    projects: dict[Path, OpenProject] = field(factory=dict)
    _opening: dict[str, asyncio.Task[None]] = field(factory=dict, init=False)
    _searches: dict[Path, asyncio.Task[ProjectFiles | None]] = field(factory=dict, init=False)
    _on_disk: dict[str, PlainText | None] = field(factory=dict, init=False)

    def open_document(self, item: types.TextDocumentItem) -> None:
        """The editor opened a document. Files outside any project, and those that are no files, are left alone."""
        path = convert.to_path(item.uri)
        if path is None or not path.endswith((".prisma", ".sql")):
            return
        document = read_document(path, item.text) if path.endswith(".prisma") else PlainText(path, item.text)
        self.open_files[path] = OpenFile(item.uri, item.version, document)
        project = self.project_at(path)
        if project is None:
            opening = asyncio.get_running_loop().create_task(self._open_found(path))
            self._opening[path] = opening
            opening.add_done_callback(lambda _: self._opening.pop(path, None))
        elif project.snapshot is None:
            project.read()
        else:
            project.replace(document)

    def change_document(self, params: types.DidChangeTextDocumentParams) -> None:
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
            project.replace(document)

    def close_document(self, uri: str) -> None:
        """The editor closed a document: the file on disk counts again."""
        path = convert.to_path(uri)
        if path is None or self.open_files.pop(path, None) is None:
            return
        project = self.project_at(path)
        if project is None:
            return
        if not any(project.holds(file) for file in self.open_files):
            self.projects.pop(project.files.schema)
            project.close()
            return
        text = read_text(Path(path))
        if isinstance(text, UnreadableFile):
            project.read()
        elif path.endswith(".prisma"):
            project.replace(parse_document(path, text))
        else:
            project.replace(PlainText(path, text))

    def files_changed(self, paths: Iterable[str]) -> None:
        """Files changed on disk: projects that depend on them are read again, or their code is searched again."""
        changed = tuple(paths)
        self.forget_disk()
        self._searches = {start: search for start, search in self._searches.items() if not search.done()}
        for project in tuple(self.projects.values()):
            if any(map(project.depends_on, changed)):
                project.read()
            elif any(map(is_code, changed)):
                project.search_again()

    def settings_changed(self, settings: Settings | None) -> None:
        """The editor's settings are others than before: every project is read again."""
        if settings == self.settings:
            return
        self.settings = settings
        for project in tuple(self.projects.values()):
            project.read()

    def project_at(self, path: str) -> OpenProject | None:
        """The open project that the file at `path` belongs to."""
        return next((p for p in self.projects.values() if p.holds(path)), None)

    async def read_project(self, path: str) -> OpenProject | None:
        """The project that the file or schema folder at `path` belongs to, read from disk if no file of it is open."""
        project = next((p for p in self.projects.values() if str(p.files.schema) == path), None)
        project = project or await self._open_project(path)
        if project is None:
            return None
        if project.snapshot is None:
            project.read()
        await project.when_read()
        return project

    async def read_projects(self) -> list[OpenProject]:
        """Every open project, each read."""
        if self._opening:
            await asyncio.wait(self._opening.values())
        projects = list(self.projects.values())
        for project in projects:
            await project.when_read()
        return projects

    async def when_read(self, path: str) -> None:
        """Wait until the project of the file at `path` has been read."""
        if path in self._opening:
            await asyncio.wait({self._opening[path]})
        project = self.project_at(path)
        if project is not None:
            await project.when_read()

    def analysis_of(self, path: str) -> Analysis | None:
        """The analysis of the current text at `path`, made now if the last one is older."""
        project = self.project_at(path)
        return None if project is None or project.snapshot is None else project.current()

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

    def documents_of(self, project: OpenProject) -> Iterator[Document | PlainText]:
        """The files of a project that are open, as they are typed."""
        return (file.document for path, file in self.open_files.items() if project.holds(path))

    def forget_disk(self) -> None:
        """Files on disk may have changed."""
        self._on_disk.clear()

    def _edited(
        self, document: Document | PlainText, change: types.TextDocumentContentChangeEvent
    ) -> Document | PlainText:
        if isinstance(change, types.TextDocumentContentChangePartial):
            return document.edited(convert.to_span(document, change.range, self.abilities.encoding), change.text)
        if isinstance(document, PlainText):
            return PlainText(document.path, change.text)
        return parse_document(document.path, change.text, document)

    async def _open_found(self, path: str) -> None:
        """Read the project of a file that was opened, unless that is closed again."""
        project = await self._open_project(path)
        file = self.open_files.get(path)
        if project is None or file is None:
            return
        if project.snapshot is None:
            project.read()
        else:
            project.replace(file.document)

    async def _open_project(self, path: str) -> OpenProject | None:
        """The project that the file at `path` belongs to. It is searched for in a thread, and the answer is remembered
        until files change: not even a large tree may keep the editor waiting.
        """
        known = self.project_at(path)
        if known is not None:
            return known
        file = Path(path)
        start = search_start(file)
        if start not in self._searches:
            search = asyncio.to_thread(project_on_disk, file, self.folders())
            self._searches[start] = asyncio.get_running_loop().create_task(search)
        files = await asyncio.shield(self._searches[start])
        return self.projects.setdefault(files.schema, OpenProject(files, self)) if files else None
