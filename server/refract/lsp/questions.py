"""Questions to the user with buttons, and files that the editor opens, for clients that support these."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from refract.actions.data_loss import pending_errors, pending_losses
from refract.actions.still_used import StillUsed, still_used_sentence
from refract.analysis import Analysis
from refract.escaping import code_span
from refract.lsp import convert
from refract.lsp.client import RefractServer
from refract.lsp.refusal import Refused
from refract.recipes.base import CannotPlan
from refract.rendering.losses import deleted
from refract.text import Location, Span

_FIXES, _WRITE = "Show Fixes", "Write It Anyway"
_PLACES, _OPEN, _WHAT_NOW = "Show Places", "Open Migration", "What Now?"


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


async def may_ignore_uses(
    server: RefractServer, analysis: Analysis, used: StillUsed, anyway: str, command: str
) -> bool:
    """Whether the step may be finished although code still uses what it retires: the user is asked, and is shown the
    first place. Raises CannotPlan if the client shows no buttons.
    """
    if not used:
        return True
    places = [Location(origin.path, origin.span) for _, uses in used for origin in uses.sure]
    what = f"{still_used_sentence(used)} ({_shown(server, analysis, places)})."
    if not server.session.abilities.shows_buttons:
        raise CannotPlan(f"{what} Change these places and deploy first, or: {code_span(command)}.")
    chosen = await _chosen(server, f"{what} Change these places and deploy first.", (_PLACES, anyway))
    document = server.session.document(places[0].path)
    if chosen == _PLACES and document is not None:
        location = convert.to_location(places[0], document, server.session.abilities.encoding)
        await _show(server, location.uri, location.range)
    return chosen == anyway


async def offer(server: RefractServer, message: str, migration: str, next_acts: str) -> None:
    """Show what an action has done, with buttons: the migration that it wrote, and what to do now."""
    buttons = ((_OPEN,) if migration else ()) + ((_WHAT_NOW,) if next_acts else ())
    chosen = await _chosen(server, message, buttons, types.MessageType.Info)
    if chosen == _OPEN:
        await show_file(server, migration)
    elif chosen == _WHAT_NOW:
        server.show(next_acts)


def _shown(server: RefractServer, analysis: Analysis, places: Sequence[Location]) -> str:
    """The first place, from the project's root, and how many more there are."""
    first, *others = places
    document = server.session.document(first.path)
    line = document.position(first.span.start)[0] + 1 if document else 1
    path = Path(os.path.relpath(first.path, analysis.snapshot.files.root)).as_posix()
    more = f" and {len(others)} more" if others else ""
    return f"{code_span(f'{path}:{line}')}{more}"


async def _chosen(
    server: RefractServer,
    message: str,
    buttons: Sequence[str],
    kind: types.MessageType = types.MessageType.Warning,
) -> str | None:
    actions = [types.MessageActionItem(title=title) for title in buttons]
    request = types.ShowMessageRequestParams(type=kind, message=message, actions=actions)
    answer = await server.window_show_message_request_async(request)
    return answer.title if answer else None


async def _show(server: RefractServer, uri: str, selection: types.Range | None) -> None:
    if server.session.abilities.shows_documents:
        params = types.ShowDocumentParams(uri=uri, take_focus=True, selection=selection)
        await server.window_show_document_async(params)
