"""A project that is open in the editor: it reads itself from disk, analyses what is typed, and searches the code.

Reading and searching are slow and happen in threads, on values that never change; their results are put in place
between two keystrokes.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from attrs import define, evolve, field

from refract import clock
from refract.analysis import Analysis, Snapshot, analyse, open_project, read_baseline
from refract.analysis.code_uses import CodeQuestion
from refract.analysis.open_branches import NO_OPEN_BRANCHES, OpenBranches
from refract.analysis.with_code import look_up
from refract.baseline.folder import is_flat_name
from refract.config import Settings
from refract.fixes import load_fixes
from refract.git import upwards
from refract.positions import PlainText
from refract.reading import exists, is_file
from refract.source import CodeUses
from refract.syntax import Document, SchemaTree
from refract.workspace import CannotAnalyse, ProjectFiles, find_projects, prisma_project
from refract.workspace.codeowners import CODEOWNERS
from refract.workspace.prisma_config import configured_folder

SETTINGS = ("refract.toml", "refract-accepted.json", "pyproject.toml", "package.json")
"""The files of settings next to Prisma's own."""

_SLOW = 0.4
"""Seconds of reading after which the client shows that it takes long."""

_WAITING_KEYS_FIRST = 0.0
"""Seconds from a keystroke to its analysis: as a timer it runs after the keystrokes that already wait in the pipe."""

_log = logging.getLogger(__name__)


class Editor(Protocol):
    """What a project needs of the session that it belongs to."""

    @property
    def settings(self) -> Settings | None:
        """The editor's own settings."""

    def documents_of(self, project: OpenProject) -> Iterable[Document | PlainText]:
        """The files of the project that are open, as they are typed."""

    def publish(self, project: OpenProject) -> None:
        """The project has a new analysis, or could not be read."""

    def progress(self, what: str) -> AbstractAsyncContextManager[None]:
        """Something slow is under way."""

    def refresh(self) -> None:
        """Results given before are no longer true."""

    def forget_disk(self) -> None:
        """Files on disk may have changed."""


@define(eq=False)
class OpenProject:
    """A project of which a file is or was open. `failure` is why it could not be read the last time."""

    files: ProjectFiles
    editor: Editor = field(repr=False)
    snapshot: Snapshot | None = None
    analysis: Analysis | None = None
    failure: str = ""
    reading: asyncio.Task[None] | None = field(default=None, init=False)
    searching: asyncio.Task[None] | None = field(default=None, init=False)
    _is_outdated: bool = field(default=False, init=False)
    _is_closed: bool = field(default=False, init=False)
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)
    _wanted: frozenset[CodeQuestion] = field(default=frozenset(), init=False)
    _sought: frozenset[CodeQuestion] = field(default=frozenset(), init=False)

    def holds(self, path: str) -> bool:
        """Whether the file at `path` is part of the schema, a migration's or a plan's."""
        return is_part(self.files, path)

    def depends_on(self, path: str) -> bool:
        """Whether the project must be read again after the file at `path` has changed on disk."""
        changed = Path(path)
        if changed.is_relative_to(self.files.migrations) or self.holds(path):
            return True
        folder = changed.parent if changed.name in SETTINGS else configured_folder(changed)
        if folder is not None:
            return self.files.root.is_relative_to(folder)
        return ".git" in changed.parts or changed.name == CODEOWNERS

    def read(self) -> None:
        """Read the project from disk in the background. If a read is already running, another one follows it."""
        self._is_outdated = True
        if self.reading is None:
            self.reading = asyncio.get_running_loop().create_task(self._read_until_current())

    async def when_read(self) -> None:
        """Wait until the project has been read."""
        if self.reading is not None:
            await asyncio.shield(self.reading)

    def replace(self, document: Document | PlainText) -> None:
        """Put a file in its new form into the project, and analyse that shortly after."""
        if self.snapshot is None:
            return
        self.snapshot = _with_document(self.snapshot, document)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAITING_KEYS_FIRST, self.current)

    def current(self) -> Analysis | None:
        """The current analysis of the project, made if the last one is older; None as long as it cannot be read."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.snapshot is not None:
            self.snapshot = self.snapshot.dated(clock.today())
            if self.analysis is None or self.analysis.snapshot is not self.snapshot:
                self._analyse(self.snapshot)
        return self.analysis

    def search(self, questions: Iterable[CodeQuestion]) -> None:
        """Search the code in the background, so that no key waits for it."""
        self._wanted |= frozenset(questions)
        if self._wanted and self.searching is None:
            self.searching = asyncio.get_running_loop().create_task(self._search())

    def search_again(self) -> None:
        """Search the code for all that is known of it: it has changed."""
        if self.snapshot is not None:
            self.search(self.snapshot.code.known)

    def close(self) -> None:
        """The project is closed: what is still under way is not published."""
        self._is_closed = True

    def _analyse(self, snapshot: Snapshot) -> None:
        try:
            if self.analysis and _has_other_provider(self.analysis.snapshot, snapshot):
                self.snapshot = snapshot = read_baseline(snapshot)
            self.analysis = analyse(snapshot, self.analysis)
        except Exception:
            _log.exception("analysis of %s failed", self.files.schema)
            return
        self.editor.publish(self)
        self.search(self.analysis.questions - self._sought)

    async def _search(self) -> None:
        while self._wanted and self.analysis is not None and self.snapshot is not None:
            self._sought, self._wanted = self._wanted, frozenset()
            try:
                uses = (await asyncio.to_thread(look_up, self.analysis, self._sought)).known
            except Exception:
                _log.exception("the code of %s could not be searched", self.files.schema)
                uses = {question: CodeUses() for question in self._sought}
            self._sought = frozenset()
            if self._is_closed:
                return
            self.editor.forget_disk()  # the uses are in the present files
            self.snapshot = evolve(self.snapshot, code=self.snapshot.code.with_more(uses))
            self.current()
        self.searching = None
        self.editor.refresh()

    async def _read_until_current(self) -> None:
        is_first = self.snapshot is None
        while self._is_outdated:
            self._is_outdated = False
            await self._read()
        self.reading = None
        if is_first:
            asyncio.get_running_loop().run_in_executor(None, load_fixes)
        else:
            self.editor.refresh()

    async def _read(self) -> None:
        """Read the project from disk in a thread, then put what is open in the editor on top."""
        known = SchemaTree(tuple(d for d in self.editor.documents_of(self) if isinstance(d, Document)))
        try:
            self.snapshot = await self._with_progress(
                asyncio.to_thread(open_project, _found_again(self.files), known=known, editor=self.editor.settings)
            )
            self.files, self.failure = self.snapshot.files, ""
        except CannotAnalyse as error:
            self.failure = str(error)
        except Exception as error:
            _log.exception("reading %s failed", self.files.schema)
            self.failure = f"Refract could not read this project: {error}"
        if self.snapshot is None or self.failure:
            self.editor.publish(self)
            return
        others, self.snapshot = self.snapshot.open_branches, evolve(self.snapshot, open_branches=NO_OPEN_BRANCHES)
        for document in self.editor.documents_of(self):
            self.snapshot = _with_document(self.snapshot, document)
        self.current()
        gc.freeze()
        await self._compare_with(others)

    async def _compare_with(self, others: OpenBranches) -> None:
        """Read the other branches of the clone, and add them to the snapshot, if there are any with migrations."""
        if await asyncio.to_thread(others) and self.snapshot is not None:
            self.snapshot = evolve(self.snapshot, open_branches=others)
            self.current()

    async def _with_progress(self, reading: Coroutine[Any, Any, Snapshot]) -> Snapshot:
        """Wait for the reading; the client shows it if that takes long."""
        task = asyncio.ensure_future(reading)
        done, _ = await asyncio.wait({task}, timeout=_SLOW)
        if not done:
            async with self.editor.progress(f"Reading {self.files.migrations.parent.name}/migrations"):
                await asyncio.wait({task})
        return task.result()


def is_part(files: ProjectFiles, path: str) -> bool:
    """Whether the file at `path` is part of a project: of its schema, a migration or a plan."""
    file = Path(path)
    if file in files.schema_files:
        return True
    if file.suffix == ".prisma":  # new in the editor, and not on disk yet
        return files.schema in file.parents
    if file.suffix == ".toml" and file.parent == files.plans:
        return True
    return _folder_of_migrations(file) == files.migrations


def search_start(file: Path) -> Path:
    """What the search for a file's project depends on: the file itself; of a migration, the folder of all of them."""
    if file.suffix in (".prisma", ""):
        return file
    return file.parent if file.suffix == ".toml" else _folder_of_migrations(file)


def _folder_of_migrations(file: Path) -> Path:
    """The folder that a migration's file is in if it is one: its own folder's, or a flat one."""
    return file.parent if is_flat_name(file.name) else file.parent.parent


def project_on_disk(file: Path, folders: Iterable[Path]) -> ProjectFiles | None:
    """The project on disk that holds a file: a schema's own, or the one whose migrations or plans it belongs to.

    Trees are searched below `folders` and in repositories only. Elsewhere, only the usual places are looked at: above a
    file that has nothing to do with a project may be a whole disk.
    """
    return next(_projects_on_disk(file, tuple(folders)), None)


def _projects_on_disk(file: Path, folders: tuple[Path, ...]) -> Iterator[ProjectFiles]:
    if file.suffix == ".prisma":
        found = find_projects(file) if is_file(file) else _projects_at(file.parent, folders)
        yield from (p for p in found if is_part(p, str(file)))
        return
    if file.is_dir():
        yield from (p for p in _projects_at(file, folders) if p.schema == file)
        return
    beside = file.parent.parent if file.suffix == ".toml" else _folder_of_migrations(file).parent
    for top in (beside, beside.parent):
        yield from (p for p in _projects_at(top, folders) if is_part(p, str(file)))


def _projects_at(top: Path, folders: Iterable[Path]) -> tuple[ProjectFiles, ...]:
    if any(top.is_relative_to(folder) for folder in folders) or exists(tuple(upwards(top))[-1] / ".git"):
        return find_projects(top)
    own = (prisma_project(folder) for folder in (top, top.parent))
    return tuple(project for project in own if project)


def _found_again(files: ProjectFiles) -> ProjectFiles:
    """The project as now on disk: its schema may have more or fewer files."""
    start = files.schema if files.schema.exists() else files.root
    return next((p for p in find_projects(start) if p.schema == files.schema), files)


def _with_document(snapshot: Snapshot, document: Document | PlainText) -> Snapshot:
    if isinstance(document, PlainText):
        return snapshot.rewritten(document.path, document.text)
    return snapshot.edited(document)


def _has_other_provider(before: Snapshot, after: Snapshot) -> bool:
    """Whether the datasource block is another than it was: migrations may mean something else then."""
    old, new = before.tree.datasource, after.tree.datasource
    return (old and old.block) is not (new and new.block)
