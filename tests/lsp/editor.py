"""What a person does in an editor, in the words of the protocol."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pytest_lsp import LanguageClient

from refract.positions import PlainText

PATIENCE = 20.0
"""Seconds to wait for diagnostics before a test fails."""


class Disk:
    """A client that makes the edits it is asked for, on disk, and says which files changed. `opened` are the files that
    it shows: what they say now follows each edit.
    """

    def __init__(self, client: LanguageClient, *opened: Path) -> None:
        self.asked: list[types.ApplyWorkspaceEditParams] = []

        @client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.asked.append(params)
            changed = write(params.edit)
            events = [types.FileEvent(uri=path.as_uri(), type=types.FileChangeType.Changed) for path in changed]
            for path in set(changed) & set(opened):
                client.text_document_did_change(
                    types.DidChangeTextDocumentParams(
                        types.VersionedTextDocumentIdentifier(len(self.asked) + 1, path.as_uri()),
                        [types.TextDocumentContentChangeWholeDocument(path.read_text())],
                    )
                )
            client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=events))
            return types.ApplyWorkspaceEditResult(applied=True)


def write(edit: types.WorkspaceEdit) -> list[Path]:
    """Makes an edit on disk. Gives the files."""
    changed: dict[Path, None] = {}
    for change in edit.document_changes or []:
        if isinstance(change, types.CreateFile):
            path = path_of(change.uri)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
            continue
        assert isinstance(change, types.TextDocumentEdit)
        path = path_of(change.text_document.uri)
        text = path.read_bytes().decode()
        made = [(_offset(text, e.range.start), _offset(text, e.range.end), e.new_text) for e in change.edits]
        for start, end, new in sorted(made, reverse=True):
            text = text[:start] + new + text[end:]
        path.write_bytes(text.encode())
        changed[path] = None
    return list(changed)


def path_of(uri: str) -> Path:
    """The file of a URI."""
    return Path(unquote(urlparse(uri).path))


class Editor:
    """One open file. `text` is what the editor shows."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self.client, self.uri, self.version = client, path.as_uri(), 1
        self.text = path.read_bytes().decode()
        item = types.TextDocumentItem(uri=self.uri, language_id="prisma", version=1, text=self.text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    def replace(self, old: str, new: str) -> None:
        """Type `new` over the first `old`."""
        start = self.text.index(old)
        range_ = types.Range(self._position(start), self._position(start + len(old)))
        self.text = self.text[:start] + new + self.text[start + len(old) :]
        self.version += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                content_changes=[types.TextDocumentContentChangePartial(range=range_, text=new)],
            )
        )

    def close(self) -> None:
        identifier = types.TextDocumentIdentifier(uri=self.uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=identifier))

    async def rules(self) -> list[str]:
        """The rules that speak up about the text as it is now: asks for code actions first, which settles the analysis."""
        await self.actions("")
        await asyncio.sleep(0.05)
        return sorted(str(d.code) for d in self.diagnostics())

    async def wait_for(self, *rules: str) -> list[types.Diagnostic]:
        """Waits until exactly these rules speak up."""
        wanted = sorted(rules)
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end:
            if sorted(str(d.code) for d in self.diagnostics()) == wanted:
                return self.diagnostics()
            await asyncio.sleep(0.01)
        raise AssertionError(f"wanted {wanted}, got {[(d.code, d.message) for d in self.diagnostics()]}")

    def diagnostics(self) -> list[types.Diagnostic]:
        return list(self.client.diagnostics.get(self.uri, []))

    async def actions(self, at: str) -> list[types.CodeAction]:
        """The code actions where `at` stands first."""
        place = self._position(self.text.index(at) if at else 0)
        params = types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=self.uri),
            range=types.Range(place, place),
            context=types.CodeActionContext(diagnostics=self.diagnostics()),
        )
        found = await self.client.text_document_code_action_async(params)
        return [a for a in found or [] if isinstance(a, types.CodeAction)]

    async def hover(self, at: str) -> types.Hover | None:
        """What the editor shows over the first `at`."""
        place = self._position(self.text.index(at))
        identifier = types.TextDocumentIdentifier(uri=self.uri)
        return await self.client.text_document_hover_async(types.HoverParams(text_document=identifier, position=place))

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """Does to this file what the edit says."""
        for change in edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == self.uri
            for text_edit in change.edits:
                start, end = _offset(self.text, text_edit.range.start), _offset(self.text, text_edit.range.end)
                before, after = self.text[:start], self.text[end:]
                inserted = text_edit.new_text
                self.replace(self.text, before + inserted + after)

    def _position(self, offset: int) -> types.Position:
        line, column = PlainText("", self.text).position(offset)
        before = self.text[offset - column : offset]
        return types.Position(line, len(before.encode("utf-16-le")) // 2)

    async def lenses(self) -> list[types.CodeLens]:
        """What stands above the lines of the file."""
        identifier = types.TextDocumentIdentifier(uri=self.uri)
        found = await self.client.text_document_code_lens_async(types.CodeLensParams(text_document=identifier))
        return list(found or [])


def _offset(text: str, position: types.Position) -> int:
    start = PlainText("", text).offset(position.line, 0)
    units = text[start:].encode("utf-16-le")[: position.character * 2]
    return start + len(units.decode("utf-16-le"))
