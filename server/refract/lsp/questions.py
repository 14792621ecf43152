"""Questions to the user with buttons, and files that the editor opens, for clients that support these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from refract.actions.data_loss import pending_errors, pending_losses
from refract.analysis import Analysis
from refract.lsp import convert
from refract.lsp.client import RefractServer
from refract.lsp.refusal import Refused
from refract.rendering.losses import deleted
from refract.text import Location, Span

_FIXES, _WRITE = "Show Fixes", "Write It Anyway"


async def may_create(server: RefractServer, analysis: Analysis) -> bool:
    """Whether the pending migration may be written although it is risky: the user is asked, and offered the fixes first.
    Raises Refused if the client cannot ask.
    """
    errors = pending_errors(analysis)
    if not errors:
        return True
    loss = deleted(pending_losses(analysis))
    what = f"This migration deletes {loss}." if loss else f"{errors[0].what}."
    try:
        chosen = await _chosen(server, what, (_FIXES, _WRITE))
    except JsonRpcException as error:
        raise Refused(f"No migration written. {what} Use a fix, or run `refract create` in a terminal.") from error
    if chosen == _FIXES:
        await show_fixes(server, analysis)
    return chosen == _WRITE


async def show_fixes(server: RefractServer, analysis: Analysis) -> types.Location | None:
    """Put the cursor on the first error about a pending change, where the fixes are offered. Gives the place."""
    places = (analysis.place(finding) for finding in pending_errors(analysis))
    place = next((place for place in places if place), None)
    document = server.session.document(place.path) if place else None
    if place is None or document is None:
        return None
    start = Location(place.path, Span(place.span.start, place.span.start))
    location = convert.to_location(start, document, server.session.abilities.encoding)
    await _show(server, location.uri, location.range)
    return location


async def show_file(server: RefractServer, uri: str) -> None:
    """Open a file in the editor."""
    path = convert.to_path(uri)
    if path is not None and Path(path).is_file():
        await _show(server, uri, None)


async def _chosen(server: RefractServer, message: str, buttons: Sequence[str]) -> str | None:
    actions = [types.MessageActionItem(title=title) for title in buttons]
    request = types.ShowMessageRequestParams(type=types.MessageType.Warning, message=message, actions=actions)
    answer = await server.window_show_message_request_async(request)
    return answer.title if answer else None


async def _show(server: RefractServer, uri: str, selection: types.Range | None) -> None:
    if server.session.abilities.shows_documents:
        params = types.ShowDocumentParams(uri=uri, take_focus=True, selection=selection)
        await server.window_show_document_async(params)
