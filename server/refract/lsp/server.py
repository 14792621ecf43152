"""The language server's routes: what a client may send, and who answers. Standard output is the protocol."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from refract import __version__
from refract.lsp import configuration, convert
from refract.lsp.convert import Encoding
from refract.lsp.features import code_actions, diagnostics, hover, pending, plans, runbook
from refract.lsp.protocol import RefractProtocol
from refract.lsp.pull import Pulled
from refract.lsp.session import OpenProject, Session

_WATCHED = (
    "**/*.prisma",
    "**/migration.sql",
    "**/migration_lock.toml",
    "**/plans/*.toml",
    "**/prisma.config.*",
    "**/prisma7.config.*",
    "**/refract.toml",
    "**/refract-accepted.json",
    "**/.git/HEAD",
)
_log = logging.getLogger(__name__)


class RefractServer(LanguageServer):
    """A pygls server with the session of its one client."""

    def __init__(self) -> None:
        super().__init__(
            name="refract",
            version=__version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=RefractProtocol,
        )
        self.session = Session(self.publish, self.told, self.refresh)
        self.pulled = Pulled()
        self.told_problem = ""
        self._published: dict[str, list[types.Diagnostic]] = {}

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics: then none are sent to it unasked."""
        document = self.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    @property
    def resolves_edits(self) -> bool:
        """Whether the client asks for an action's edit only when the action is chosen."""
        document = self.client_capabilities.text_document
        support = document.code_action.resolve_support if document and document.code_action else None
        return support is not None and "edit" in support.properties

    @property
    def annotates_edits(self) -> bool:
        """Whether the client can show what each part of an edit is for."""
        workspace = self.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return edit is not None and edit.change_annotation_support is not None

    def publish(self, project: OpenProject) -> None:
        """Tell the client the project's diagnostics, file by file, where they are not what it already shows."""
        if self.pulls:
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
        """Ask the client to ask again, after something changed that it did not type."""
        workspace = self.client_capabilities.workspace
        if self.pulls and workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    @asynccontextmanager
    async def told(self, what: str) -> AsyncIterator[None]:
        """Shows the client that something slow is under way, where it can show that."""
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


def make_server() -> RefractServer:
    """A server with all its routes."""
    server = RefractServer()
    _lifetime(server)
    _documents(server)
    _requests(server)
    _commands(server)
    return server


def main(port: int | None = None) -> None:
    """Serve one client: over standard input and output, or on `port` of 127.0.0.1."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    server = make_server()
    logging.getLogger("refract").addHandler(_ToClient(server))
    if port is None:
        server.start_io()
    else:
        server.start_tcp("127.0.0.1", port)


def _lifetime(server: RefractServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: RefractServer, params: types.InitializeParams) -> None:
        if ls.pulls:
            _answer_pulls(ls)
        _take_settings(ls, configuration.sent(params.initialization_options))

    @server.feature(types.INITIALIZED)
    async def initialized(ls: RefractServer, _: types.InitializedParams) -> None:
        encoding = ls.server_capabilities.position_encoding
        ls.session.encoding = Encoding(encoding or types.PositionEncodingKind.Utf16)
        ls.session.annotates_edits = ls.annotates_edits
        _watch_files(ls)
        configuration.register_changes(ls)
        if configuration.can_be_asked(ls):
            _take_settings(ls, await configuration.asked(ls))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RefractServer, params: types.DidChangeConfigurationParams) -> None:
        can_ask = configuration.can_be_asked(ls)
        _take_settings(ls, await configuration.asked(ls) if can_ask else configuration.sent(params.settings))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(ls: RefractServer, params: types.DidChangeWatchedFilesParams) -> None:
        paths = (convert.to_path(change.uri) for change in params.changes)
        ls.session.files_changed([path for path in paths if path])


def _documents(server: RefractServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RefractServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.session.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RefractServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.session.changed(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RefractServer, params: types.DidCloseTextDocumentParams) -> None:
        ls.session.closed(params.text_document.uri)


def _requests(server: RefractServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, code_actions.FIX_ALL], resolve_provider=True
        ),
    )
    async def code_action(ls: RefractServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        await ls.session.ready(convert.to_path(params.text_document.uri) or "")
        return code_actions.code_actions(ls.session, params, ls.resolves_edits)

    @server.feature(types.CODE_ACTION_RESOLVE)
    def code_action_resolve(ls: RefractServer, action: types.CodeAction) -> types.CodeAction:
        return code_actions.resolved(ls.session, action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover_at(ls: RefractServer, params: types.HoverParams) -> types.Hover | None:
        return hover.hover(ls.session, params)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def code_lens(ls: RefractServer, params: types.CodeLensParams) -> list[types.CodeLens]:
        await ls.session.ready(convert.to_path(params.text_document.uri) or "")
        return [*pending.code_lenses(ls.session, params), *plans.code_lenses(ls.session, params)]


def _commands(server: RefractServer) -> None:
    @server.command(pending.PREVIEW)
    def preview(ls: RefractServer, uri: str) -> dict[str, Any] | None:
        return pending.preview(ls.session, uri)

    @server.command(pending.CREATE)
    async def create(ls: RefractServer, uri: str, *name: str) -> list[str]:
        made = pending.create(ls.session, uri, name[0] if name else None)
        if made is None:
            _show(ls, "Nothing is pending: the migrations build what the schema asks for.")
            return []
        edit, uris = made
        answer = await ls.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(edit=edit, label="Create migration")
        )
        if not answer.applied:
            _show(ls, f"The migration was not created: {answer.failure_reason or 'the editor refused the edit'}.")
            return []
        return uris

    @server.command(runbook.RUNBOOK)
    async def show_runbook(ls: RefractServer, uri: str, names: list[str] | None = None) -> dict[str, str] | None:
        await ls.session.ready(convert.to_path(uri) or "")
        made = runbook.runbook(ls.session, uri, names or ())
        if isinstance(made, str):
            _show(ls, made)
            return None
        return made

    @server.command(plans.NEXT)
    async def take_next_step(ls: RefractServer, uri: str, name: str) -> bool:
        return await _made(ls, plans.take(ls.session, uri, name))

    @server.command(plans.DONE)
    async def confirm_step(ls: RefractServer, uri: str, name: str) -> bool:
        return await _made(ls, plans.confirm(ls.session, uri, name))


async def _made(server: RefractServer, edit: types.WorkspaceEdit | str) -> bool:
    """Whether the editor has made the edit; it is told why there is none."""
    if isinstance(edit, str):
        _show(server, edit)
        return False
    answer = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit=edit, label="Refract"))
    if not answer.applied:
        _show(server, f"Nothing was changed: {answer.failure_reason or 'the editor refused the edit'}.")
    return answer.applied


def _show(server: RefractServer, message: str) -> None:
    server.window_show_message(types.ShowMessageParams(type=types.MessageType.Info, message=message))


def _answer_pulls(server: RefractServer) -> None:
    """Take requests for diagnostics; for clients that send none, the server offers none either."""

    document = server.client_capabilities.text_document
    server.pulled.takes_related = bool(
        document and document.diagnostic and document.diagnostic.related_document_support
    )

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(identifier="refract", inter_file_dependencies=True, workspace_diagnostics=False),
    )
    async def diagnostic(ls: RefractServer, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        path = convert.to_path(params.text_document.uri) or ""
        await ls.session.ready(path)
        return ls.pulled.report(path, params.previous_result_id, ls.session)


def _take_settings(server: RefractServer, section: Any) -> None:
    """Take over the editor's settings. Those that are not valid are told once, and the ones before stay."""
    settings, problem = configuration.editor_settings(section)
    is_known, server.told_problem = problem == server.told_problem, problem
    if problem and is_known:  # a client may send the same settings several times
        return
    if problem:
        message = f"Refract: {problem}"
        server.window_show_message(types.ShowMessageParams(type=types.MessageType.Warning, message=message))
    elif settings is not None:
        server.session.settings_changed(settings)


def _watch_files(server: RefractServer) -> None:
    """Ask the client to say when files change on disk, if it can."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching is None or not watching.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        watchers=[types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
    )
    registration = types.Registration(
        id="refract-files", method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
    )
    server.client_register_capability(types.RegistrationParams(registrations=[registration]))


class _ToClient(logging.Handler):
    """Sends what went wrong to the client's log, where a person looks for it."""

    def __init__(self, server: RefractServer) -> None:
        super().__init__(logging.WARNING)
        self._server = server

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a client that is gone hears nothing."""
        kind = types.MessageType.Error if record.levelno >= logging.ERROR else types.MessageType.Warning
        try:
            self._server.window_log_message(types.LogMessageParams(type=kind, message=self.format(record)))
        except Exception:  # logging must not fail what is being logged
            self.handleError(record)
