"""The language server's routes: what a client may send, and who answers. Standard output is the protocol."""

from __future__ import annotations

import logging
import sys

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from refract import __version__
from refract.lsp import convert
from refract.lsp.convert import Encoding
from refract.lsp.features import code_actions, diagnostics
from refract.lsp.protocol import RefractProtocol
from refract.lsp.session import OpenProject, Session

_WATCHED = ("**/*.prisma", "**/migrations/**", "**/migration_lock.toml")


class RefractServer(LanguageServer):
    """A pygls server with the session of its one client."""

    def __init__(self) -> None:
        super().__init__(
            name="refract",
            version=__version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=RefractProtocol,
        )
        self.session = Session(self.publish)
        self._published: dict[str, list[types.Diagnostic]] = {}

    def publish(self, project: OpenProject) -> None:
        """Tell the client the project's diagnostics, file by file, where they are not what it already shows."""
        for path, found in diagnostics.diagnostics(project, self.session).items():
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

    @property
    def resolves_edits(self) -> bool:
        """Whether the client asks for an action's edit only when the action is chosen."""
        document = self.client_capabilities.text_document
        support = document.code_action.resolve_support if document and document.code_action else None
        return support is not None and "edit" in support.properties


def make_server() -> RefractServer:
    """A server with all its routes."""
    server = RefractServer()

    @server.feature(types.INITIALIZED)
    def initialized(ls: RefractServer, _: types.InitializedParams) -> None:
        encoding = ls.server_capabilities.position_encoding
        ls.session.encoding = Encoding(encoding or types.PositionEncodingKind.Utf16)
        _watch_files(ls)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RefractServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.session.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RefractServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.session.changed(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RefractServer, params: types.DidCloseTextDocumentParams) -> None:
        ls.session.closed(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(ls: RefractServer, params: types.DidChangeWatchedFilesParams) -> None:
        paths = (convert.to_path(change.uri) for change in params.changes)
        ls.session.files_changed([path for path in paths if path])

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=True),
    )
    async def code_action(ls: RefractServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        await ls.session.ready(convert.to_path(params.text_document.uri) or "")
        return code_actions.code_actions(ls.session, params, ls.resolves_edits)

    @server.feature(types.CODE_ACTION_RESOLVE)
    def code_action_resolve(ls: RefractServer, action: types.CodeAction) -> types.CodeAction:
        return code_actions.resolved(ls.session, action)

    return server


def main(port: int | None = None) -> None:
    """Serve one client: over standard input and output, or on `port` of 127.0.0.1."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    server = make_server()
    if port is None:
        server.start_io()
    else:
        server.start_tcp("127.0.0.1", port)


def _watch_files(server: RefractServer) -> None:
    """Ask the client to say when migrations change on disk, if it can."""
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
