"""The language server's routes: what a client may send, and what handles it. Standard output is the protocol."""

from __future__ import annotations

import logging
import sys
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from refract.analysis.code_uses import SUFFIXES as CODE_SUFFIXES
from refract.lsp import configuration, convert
from refract.lsp.abilities import abilities_of
from refract.lsp.client import RefractServer
from refract.lsp.commands import add_commands
from refract.lsp.features import code_actions, hover, navigation, pending, plans
from refract.lsp.open_project import SETTINGS
from refract.workspace.codeowners import CODEOWNERS
from refract.workspace.prisma_config import CONFIG_PATTERNS

_WATCHED = (
    "**/*.prisma",
    f"**/*.{{{','.join(suffix.removeprefix('.') for suffix in CODE_SUFFIXES)}}}",
    "**/*.sql",
    "**/migration_lock.toml",
    "**/plans/*.toml",
    *(f"**/{pattern}" for pattern in CONFIG_PATTERNS),
    *(f"**/{name}" for name in SETTINGS),
    "**/.git/HEAD",
    f"**/{CODEOWNERS}",
)
_log = logging.getLogger(__name__)


def make_server() -> RefractServer:
    """A server with all its routes."""
    server = RefractServer()
    _lifetime(server)
    _documents(server)
    _requests(server)
    add_commands(server)
    return server


def main(port: int | None = None) -> None:
    """Serve one client: over standard input and output, or on `port` of 127.0.0.1."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.ERROR)  # it warns when a request is cancelled that is answered already
    for handler in logging.getLogger().handlers:
        handler.addFilter(_shorten)
    server = make_server()
    logging.getLogger("refract").addHandler(_ToClient(server))
    if port is None:
        server.start_io()
    else:
        server.start_tcp("127.0.0.1", port)
    sys.exit(server.exit_code)


def _lifetime(server: RefractServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: RefractServer, params: types.InitializeParams) -> None:
        ls.session.abilities = abilities_of(ls.client_capabilities)
        if ls.session.abilities.pulls:
            _answer_pulls(ls)
        if ls.session.abilities.navigates:
            _navigate(ls)
        _take_settings(ls, configuration.pushed_settings(params.initialization_options))

    @server.feature(types.INITIALIZED)
    async def initialized(ls: RefractServer, _: types.InitializedParams) -> None:
        encoding = ls.server_capabilities.position_encoding
        ls.session.abilities = abilities_of(ls.client_capabilities, encoding)
        _watch_files(ls)
        configuration.register_changes(ls)
        if configuration.can_be_asked(ls):
            _take_settings(ls, await configuration.requested_settings(ls))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RefractServer, params: types.DidChangeConfigurationParams) -> None:
        can_ask = configuration.can_be_asked(ls)
        _take_settings(
            ls,
            await configuration.requested_settings(ls) if can_ask else configuration.pushed_settings(params.settings),
        )

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(ls: RefractServer, params: types.DidChangeWatchedFilesParams) -> None:
        paths = (convert.to_path(change.uri) for change in params.changes)
        ls.files_changed([path for path in paths if path])


def _documents(server: RefractServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RefractServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.session.open_document(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RefractServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.session.change_document(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RefractServer, params: types.DidCloseTextDocumentParams) -> None:
        ls.session.close_document(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: RefractServer, params: types.DidSaveTextDocumentParams) -> None:
        path = convert.to_path(params.text_document.uri)
        if path and not _watches_files(ls):  # what else is on the disk may be new too
            ls.files_changed([path])


def _requests(server: RefractServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[
                types.CodeActionKind.QuickFix,
                types.CodeActionKind.RefactorRewrite,
                code_actions.FIX_ALL,
            ],
            resolve_provider=True,
        ),
    )
    async def code_action(ls: RefractServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        await ls.session.when_read(convert.to_path(params.text_document.uri) or "")
        return code_actions.code_actions(ls.session, params, ls.session.abilities.resolves_edits)

    @server.feature(types.CODE_ACTION_RESOLVE)
    def code_action_resolve(ls: RefractServer, action: types.CodeAction) -> types.CodeAction:
        return code_actions.resolved(ls.session, action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover_at(ls: RefractServer, params: types.HoverParams) -> types.Hover | None:
        await ls.session.when_read(convert.to_path(params.text_document.uri) or "")
        return hover.hover(ls.session, params)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def code_lens(ls: RefractServer, params: types.CodeLensParams) -> list[types.CodeLens]:
        await ls.session.when_read(convert.to_path(params.text_document.uri) or "")
        return [*pending.code_lenses(ls.session, params), *plans.code_lenses(ls.session, params)]


def _answer_pulls(server: RefractServer) -> None:
    """Take requests for diagnostics; for clients that send none, the server offers none either."""

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(identifier="refract", inter_file_dependencies=True, workspace_diagnostics=False),
    )
    async def diagnostic(ls: RefractServer, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        path = convert.to_path(params.text_document.uri) or ""
        await ls.session.when_read(path)
        return ls.pulled.report(path, params.previous_result_id, ls.session)


def _navigate(server: RefractServer) -> None:
    """Take requests for outlines, definitions and references; not if another server does that for the client."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(ls: RefractServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return navigation.document_symbols(ls.session, params)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(ls: RefractServer, params: types.DefinitionParams) -> types.Location | None:
        await ls.session.when_read(convert.to_path(params.text_document.uri) or "")
        return navigation.definition(ls.session, params)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(ls: RefractServer, params: types.ReferenceParams) -> list[types.Location]:
        await ls.session.when_read(convert.to_path(params.text_document.uri) or "")
        return await navigation.references(ls.session, params)

    @server.feature(types.WORKSPACE_SYMBOL)
    async def workspace_symbol(ls: RefractServer, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
        return await navigation.workspace_symbols(ls.session, params)


def _take_settings(server: RefractServer, section: Any) -> None:
    """Take over the editor's settings. Those that are not valid are shown once, and the ones before stay."""
    settings, problem = configuration.editor_settings(section)
    is_known, server.shown_problem = problem == server.shown_problem, problem
    if problem and is_known:  # a client may send the same settings several times
        return
    if problem:
        message = f"Refract: {problem}"
        server.window_show_message(types.ShowMessageParams(type=types.MessageType.Warning, message=message))
    elif settings is not None:
        server.session.settings_changed(settings)


def _watch_files(server: RefractServer) -> None:
    """Ask the client to report changes of files on disk, if it can."""
    if not _watches_files(server):
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        watchers=[types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
    )
    registration = types.Registration(
        id="refract-files", method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
    )
    server.client_register_capability(types.RegistrationParams(registrations=[registration]))


def _watches_files(server: RefractServer) -> bool:
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    return bool(watching and watching.dynamic_registration)


def _shorten(record: logging.LogRecord) -> bool:
    """Log what a client sent wrongly in one line: it is not a fault of the server, and needs no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    unreadable = record.name == "pygls.server" and isinstance(error, ValueError | RecursionError)
    if unreadable or isinstance(error, JsonRpcInvalidParams):
        record.msg, record.args = f"{record.getMessage()}: {str(error)[:200]}", ()
        record.exc_info = record.exc_text = None
    return True


class _ToClient(logging.Handler):
    """Sends errors to the client's log, where the user looks for them."""

    def __init__(self, server: RefractServer) -> None:
        super().__init__(logging.WARNING)
        self._server = server

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a client that has disconnected gets nothing."""
        kind = types.MessageType.Error if record.levelno >= logging.ERROR else types.MessageType.Warning
        try:
            self._server.window_log_message(types.LogMessageParams(type=kind, message=self.format(record)))
        except Exception:  # logging must not fail what is being logged
            self.handleError(record)
