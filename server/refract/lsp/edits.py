"""Changes of files as the editor makes them: one WorkspaceEdit, annotated if the client can show that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lsprotocol import types

from refract.actions.file_writing import check_places
from refract.lsp import convert
from refract.lsp.session import Session
from refract.positions import read_plain
from refract.text import FileChange, FileEdits, NewFile

_ANNOTATION = "refract"


class Outdated(LookupError):
    """A file has another text than the one that edits were made for."""


def workspace_edit(
    session: Session, changes: Sequence[FileChange], home: Path, label: str = "", note: str = ""
) -> types.WorkspaceEdit:
    """One edit of several files below `home`. Raises LookupError when a file to edit can no longer be read, CannotWrite
    for a file elsewhere.
    """
    check_places(changes, home)
    annotated = session.abilities.annotates_edits and bool(label)
    operations = [op for change in changes for op in _operations(session, change, annotated)]
    annotation = types.ChangeAnnotation(label=label, description=note or None, needs_confirmation=False)
    return types.WorkspaceEdit(
        document_changes=operations, change_annotations={_ANNOTATION: annotation} if annotated else None
    )


def new_migration(changes: Iterable[FileChange]) -> str | None:
    """The URI of the first file of SQL that the changes create; None if there is none."""
    new = (change.path for change in changes if isinstance(change, NewFile) and change.path.endswith(".sql"))
    path = next(new, None)
    return convert.to_uri(path) if path else None


def _operations(
    session: Session, change: FileChange, annotated: bool
) -> Iterator[types.TextDocumentEdit | types.CreateFile]:
    if isinstance(change, NewFile):
        uri = convert.to_uri(change.path)
        options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
        yield types.CreateFile(uri=uri, options=options, annotation_id=_ANNOTATION if annotated else None)
        start = types.Position(0, 0)
        edit = types.TextEdit(range=types.Range(start, start), new_text=change.text)
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
        yield types.TextDocumentEdit(text_document=identifier, edits=[_annotated(edit, annotated)])
        return
    yield _text_document_edit(session, change, annotated)


def _text_document_edit(session: Session, change: FileEdits, annotated: bool) -> types.TextDocumentEdit:
    open_file = session.open_files.get(change.path)
    document = open_file.document if open_file else read_plain(change.path)
    if document is None:
        raise LookupError(change.path)
    if document.text != change.text:
        raise Outdated(change.path)
    identifier = types.OptionalVersionedTextDocumentIdentifier(
        uri=open_file.uri if open_file else convert.to_uri(change.path),
        version=open_file.version if open_file else None,
    )
    made = [convert.to_text_edit(document, edit, session.abilities.encoding) for edit in change.edits]
    return types.TextDocumentEdit(text_document=identifier, edits=[_annotated(edit, annotated) for edit in made])


def _annotated(edit: types.TextEdit, annotated: bool) -> types.TextEdit | types.AnnotatedTextEdit:
    if not annotated:
        return edit
    return types.AnnotatedTextEdit(annotation_id=_ANNOTATION, range=edit.range, new_text=edit.new_text)
