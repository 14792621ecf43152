"""What the client can do, as one value, made when it has introduced itself."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from lsprotocol import types

from refract.lsp.convert import Encoding

UTF_16 = Encoding(types.PositionEncodingKind.Utf16)
"""How columns are counted unless both sides agree on something else."""


@frozen
class Abilities:
    """What the client can do. `encoding` is how it counts columns.

    `annotates_edits`: it shows what each part of an edit is for. `creates_files`: it makes new files that an edit holds.
    `resolves_edits`: it asks for an action's edit only when the action is chosen; `resolves_commands`: for its command
    too. `shows_documents`: it opens a file on request. `saves_edits`: it saves what an edit
    has changed. `pulls`: it asks for diagnostics, so that none are sent to it. `takes_related`: with those of a file it
    takes those of other files.
    `reads_text_only`: it is sent diagnostics and has no code actions, as coding agents: of a finding, only the text counts.
    `asks`: it asks the user the questions of a fix. `shows_findings`: it shows findings under the pointer by itself.
    `shows_overview`: it is notified when the overview has changed.
    `shows_buttons`: it shows messages with buttons without getting in the way.
    `follows_links`: it runs commands that a hover links to.
    `navigates`: it takes outlines, definitions and references from this server, as no other server gives them.
    """

    encoding: Encoding = UTF_16
    annotates_edits: bool = False
    creates_files: bool = False
    resolves_edits: bool = False
    resolves_commands: bool = False
    shows_documents: bool = False
    saves_edits: bool = False
    pulls: bool = False
    takes_related: bool = False
    reads_text_only: bool = False
    asks: bool = False
    shows_findings: bool = False
    shows_overview: bool = False
    shows_buttons: bool = False
    follows_links: bool = False
    navigates: bool = True


def abilities_of(client: types.ClientCapabilities, encoding: str | None = None) -> Abilities:
    """The abilities that a client has declared. `encoding` is the one that was agreed on."""
    document, workspace = client.text_document, client.workspace
    edit = workspace.workspace_edit if workspace else None
    action = document.code_action if document else None
    resolve = action.resolve_support if action else None
    diagnostic = document.diagnostic if document else None
    showing = client.window.show_document if client.window else None
    return Abilities(
        encoding=Encoding(encoding) if encoding else UTF_16,
        annotates_edits=edit is not None and edit.change_annotation_support is not None,
        creates_files=edit is not None and types.ResourceOperationKind.Create in (edit.resource_operations or ()),
        resolves_edits=resolve is not None and "edit" in resolve.properties,
        resolves_commands=resolve is not None and "command" in resolve.properties,
        shows_documents=showing is not None and showing.support,
        saves_edits=edit is not None and bool(edit.metadata_support),
        pulls=diagnostic is not None,
        takes_related=diagnostic is not None and bool(diagnostic.related_document_support),
        reads_text_only=diagnostic is None and action is None,
        asks=_has_experimental(client, "asks"),
        shows_findings=_has_experimental(client, "showsFindings"),
        shows_overview=_has_experimental(client, "overviewChanged"),
        follows_links=_has_experimental(client, "links"),
        shows_buttons=_has_experimental(client, "buttons"),
        navigates=_experimental(client).get("navigation") is not False,
    )


def _has_experimental(client: types.ClientCapabilities, name: str) -> bool:
    """Whether the client has declared an ability under `experimental.refract`."""
    return _experimental(client).get(name) is True


def _experimental(client: types.ClientCapabilities) -> Mapping[str, object]:
    own = client.experimental.get("refract") if isinstance(client.experimental, Mapping) else None
    return own if isinstance(own, Mapping) else {}
