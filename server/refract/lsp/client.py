"""The server's end of the connection: what its client can do, and the notifications it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from refract import __version__
from refract.lsp import convert
from refract.lsp.features import diagnostics, overview
from refract.lsp.open_project import OpenProject
from refract.lsp.protocol import RefractProtocol
from refract.lsp.pull import Pulled
from refract.lsp.session import Session

OVERVIEW_CHANGED = "refract/overviewChanged"
REST = 0.2
"""Seconds without a new analysis after which a client is notified that the overview has changed: keys have priority."""


class RefractServer(LanguageServer):
    """A pygls server with the session of its one client."""

    def __init__(self) -> None:
        super().__init__(
            name="refract",
            version=__version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=RefractProtocol,
        )
        self.session = Session(self.publish_analysis, self.show_progress, self.refresh, self.folders)
        self.pulled = Pulled()
        self.shown_problem = ""
        self.turn = asyncio.Lock()  # of the one command that may change files now
        self.unsaved: dict[str, str] = {}  # plans that the client has changed, with the text they had on disk before
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._overviews: dict[Path, dict[str, Any]] = {}
        self._resting: dict[Path, asyncio.TimerHandle] = {}
        self._background: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no answer waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def folders(self) -> tuple[Path, ...]:
        """The folders that the client works in."""
        uris = tuple(self.workspace.folders) or (self.workspace.root_uri,)
        return tuple(Path(path) for uri in uris if uri and (path := convert.to_path(uri)))

    def files_changed(self, paths: Sequence[str]) -> None:
        """Files changed on disk."""
        for path in paths:
            self.unsaved.pop(path, None)
        self.session.files_changed(paths)

    @property
    def exit_code(self) -> int:
        """That of the process, when the connection has ended."""
        return self.protocol.exit_code if isinstance(self.protocol, RefractProtocol) else 0

    def show(self, message: str) -> None:
        """Show the user a message."""
        self.window_show_message(types.ShowMessageParams(type=types.MessageType.Info, message=message))

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> types.ApplyWorkspaceEditResult:
        """Have the client make an edit; if it can, it saves what it changed, so that no file is half written."""
        saves = self.session.abilities.saves_edits
        metadata = types.WorkspaceEditMetadata(is_refactoring=True) if saves else None
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label, metadata=metadata)
        try:
            return await self.workspace_apply_edit_async(params)
        except JsonRpcException as error:  # some clients answer a refusal with an error
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=str(error))

    def publish_analysis(self, project: OpenProject) -> None:
        """Send the client what a new analysis of the project has found."""
        self._publish(project)
        if self.session.abilities.shows_overview:
            self._compare_overview_soon(project)

    def _compare_overview_soon(self, project: OpenProject) -> None:
        schema = project.files.schema
        if schema in self._resting:
            self._resting[schema].cancel()
        loop = asyncio.get_running_loop()
        self._resting[schema] = loop.call_later(REST, self._compare_overview, project)

    def _compare_overview(self, project: OpenProject) -> None:
        schema = project.files.schema
        self._resting.pop(schema, None)
        current = overview.overview(self.session, project)
        if self._overviews.get(schema) != current:
            self._overviews[schema] = current
            self.protocol.notify(OVERVIEW_CHANGED, {"schema": current["schema"]})

    def _publish(self, project: OpenProject) -> None:
        """The project's diagnostics, file by file, if they differ from what the client already shows."""
        if self.session.abilities.pulls:
            return
        current = diagnostics.diagnostics(project, self.session)
        cleared: dict[str, list[types.Diagnostic]] = {
            path: [] for path in self._published if path not in current and project.holds(path)
        }
        for path, found in (current | cleared).items():
            if self._published.get(path, []) == found:
                continue
            self._published[path] = found
            open_file = self.session.open_files.get(path)
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(
                    uri=open_file.uri if open_file else convert.to_uri(path),
                    diagnostics=found,
                    version=open_file.version if open_file else None,
                )
            )

    def refresh(self) -> None:
        """Have the client request everything again, after something changed that it did not type."""
        workspace = self.client_capabilities.workspace
        if (
            self.session.abilities.pulls
            and workspace
            and workspace.diagnostics
            and workspace.diagnostics.refresh_support
        ):
            self.workspace_diagnostic_refresh(None)
        if workspace and workspace.code_lens and workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    @asynccontextmanager
    async def show_progress(self, what: str) -> AsyncIterator[None]:
        """Shows in the client that something slow is running, if it can show that."""
        window = self.client_capabilities.window
        if window is None or not window.work_done_progress:
            yield
            return
        token = str(uuid4())
        await self.work_done_progress.create_async(token)
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title="Refract", message=what))
        try:
            yield
        finally:
            self.work_done_progress.end(token, types.WorkDoneProgressEnd())
