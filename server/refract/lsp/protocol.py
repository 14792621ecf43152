"""pygls' protocol without its own copy of every document, and with an answer to every request.

pygls splits and joins the whole text at each change, which costs milliseconds in a large schema. The session
keeps documents as chunks instead, so these handlers hand each notification straight on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage
from pygls.protocol.language_server import lsp_method

_HALF_PAIR = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair. JSON can hold one alone, no encoding of text can."""

_REFUSED = object()
"""A message that has been answered with an error."""


class RefractProtocol(LanguageServerProtocol):
    """Text synchronisation is passed to the registered handlers and nowhere else."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Iterator[Any]:
        """A document was opened."""
        params.text_document.text = _encodable(params.text_document.text)
        yield from self._handed_on(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        """A document was changed."""
        for change in params.content_changes:
            change.text = _encodable(change.text)
        yield from self._handed_on(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Iterator[Any]:
        """A document was closed."""
        yield from self._handed_on(types.TEXT_DOCUMENT_DID_CLOSE, params)

    exit_code = 0
    """1 when the client sent `exit` without a `shutdown` before."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as a value. One whose parameters are not valid is answered here, and is then `_REFUSED`.

        pygls leaves such a request without an answer, and logs all of cattrs' traceback.
        """
        if "jsonrpc" not in data or ("id" in data and "method" not in data):
            return super().structure_message(data)
        unknown = JsonRPCRequestMessage if "id" in data else JsonRPCNotification
        try:
            known = self.get_message_type(data["method"])
            return self._converter.structure(data if known else {"params": None, **data}, known or unknown)
        except Exception:  # a client may send anything
            self._refuse(data.get("id"), types.ErrorCodes.InvalidParams, "The parameters are not valid.")
            return _REFUSED

    def handle_message(self, message: Any) -> None:
        """Handle one message. After a shutdown, and before the server is initialized, requests are refused."""
        if message is _REFUSED or not hasattr(message, "jsonrpc"):
            return
        method = getattr(message, "method", None)
        if method == types.EXIT:
            self.exit_code = 0 if self._shutdown else 1
        if self._shutdown and method not in (None, types.EXIT):
            self._refuse(getattr(message, "id", None), types.ErrorCodes.InvalidRequest, "The server is shutting down.")
            return
        if getattr(self, "server_capabilities", None) is None and method not in (None, types.EXIT, types.INITIALIZE):
            self._refuse(getattr(message, "id", None), types.ErrorCodes.ServerNotInitialized, "Send initialize first.")
            return
        super().handle_message(message)

    def _refuse(self, request: Any, code: types.ErrorCodes, reason: str) -> None:
        """Answer a request with an error; a notification gets no answer."""
        if isinstance(request, int | str):
            self._send_response(request, error=types.ResponseError(code=code.value, message=reason))

    def _execute_handler(self, msg_id: Any, *args: Any, **kwargs: Any) -> None:
        """Run a handler, and forget it when it is done: pygls 2.1 keeps one entry for every notification for good."""
        super()._execute_handler(msg_id, *args, **kwargs)
        running = self._request_futures.get(msg_id)
        if running is not None:
            running.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _handed_on(self, method: str, params: Any) -> Iterator[Any]:
        handler = self.fm.features.get(method)
        if handler is not None:
            yield handler, (params,), None


def _encodable(text: str) -> str:
    """Text that every encoding takes, with the same length in each: halves of surrogate pairs are replaced."""
    return text if text.isascii() else _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text)
