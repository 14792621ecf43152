"""Quick fixes. Titles at once; the edit is built when the editor asks for it, or at once where it cannot ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from lsprotocol import types

from refract.lsp import convert
from refract.lsp.session import Session
from refract.project import Analysis
from refract.rules.base import Finding
from refract.schema.changes import AddColumn, CreateTable, DropColumn, DropTable
from refract.syntax import Document, edits
from refract.text import Origin, Span, TextEdit


@frozen
class KeepName:
    """Keeps the database's name of something that the schema renames: `@map` on a field, `@@map` on a model."""

    origin: Origin
    old: str
    field: str = ""

    @property
    def title(self) -> str:
        """What the editor offers."""
        if self.field:
            return f'Keep the column "{self.old}": add @map("{self.old}")'
        return f'Keep the table "{self.old}": add @@map("{self.old}")'

    def edits(self, document: Document) -> list[TextEdit]:
        """Raises LookupError when the field or model is gone."""
        value = '"' + self.old.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if self.field:
            return edits.add_attribute(document, self.origin.block, self.field, f"@map({value})")
        return edits.add_block_attribute(document, self.origin.block, f"@@map({value})")


def code_actions(session: Session, params: types.CodeActionParams, can_resolve: bool) -> list[types.CodeAction]:
    """The fixes for the findings that the range touches."""
    path = convert.to_path(params.text_document.uri)
    analysis = session.analysis_of(path) if path else None
    document = analysis.snapshot.tree.document(path) if analysis and path else None
    if path is None or analysis is None or document is None:
        return []
    wanted = convert.to_span(document, params.range, session.encoding)
    actions = []
    for finding, fix in _fixes_at(analysis, path, wanted):
        action = _action(finding, fix, path, params.context.diagnostics)
        actions.append(action if can_resolve else resolved(session, action))
    return actions


def resolved(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; without one when the schema has moved on and nothing is left to fix."""
    data = action.data if isinstance(action.data, dict) else {}
    path, key = str(data.get("path", "")), data.get("key")
    analysis = session.analysis_of(path)
    document = analysis.snapshot.tree.document(path) if analysis else None
    if analysis is None or document is None:
        return action
    for finding in analysis.findings:
        fix = _fix(finding, analysis)
        if finding.key == key and fix is not None:
            action.edit = _workspace_edit(session, document, fix)
            return action
    return action


def _fixes_at(analysis: Analysis, path: str, wanted: Span) -> Iterator[tuple[Finding, KeepName]]:
    for finding in analysis.findings:
        location = analysis.place(finding)
        fix = _fix(finding, analysis)
        if fix is None or location is None or location.path != path:
            continue
        if location.span.start <= wanted.end and wanted.start <= location.span.end:
            yield finding, fix


def _fix(finding: Finding, analysis: Analysis) -> KeepName | None:
    rename = finding.rename
    if rename is None:
        return None
    dropped, added = rename.dropped, rename.added
    if isinstance(dropped, DropColumn) and isinstance(added, AddColumn):
        origin = added.column.origin
        fix = KeepName(origin, dropped.column.name, added.column.field_name) if origin else None
    elif isinstance(dropped, DropTable) and isinstance(added, CreateTable):
        origin = added.table.origin
        fix = KeepName(origin, dropped.table.name.name) if origin and added.table.model_name else None
    else:
        return None
    return None if fix is None or _is_mapped(fix, analysis) else fix


def _is_mapped(fix: KeepName, analysis: Analysis) -> bool:
    """Whether the name in the database was already chosen by hand: a second `@map` would not be valid."""
    block = analysis.snapshot.tree.block(fix.origin.block)
    if block is None:
        return True
    member = block.field(fix.field) if fix.field else block
    return member is None or member.attribute("map") is not None


def _action(finding: Finding, fix: KeepName, path: str, diagnostics: Sequence[types.Diagnostic]) -> types.CodeAction:
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[d for d in diagnostics if isinstance(d.data, dict) and d.data.get("key") == finding.key] or None,
        is_preferred=True,
        data={"path": path, "key": finding.key},
    )


def _workspace_edit(session: Session, document: Document, fix: KeepName) -> types.WorkspaceEdit | None:
    try:
        changes = fix.edits(document)
    except LookupError:
        return None
    open_file = session.open_files.get(document.path)
    identifier = types.OptionalVersionedTextDocumentIdentifier(
        uri=open_file.uri if open_file else convert.to_uri(document.path),
        version=open_file.version if open_file else None,
    )
    text_edits = [convert.to_text_edit(document, edit, session.encoding) for edit in changes]
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=identifier, edits=text_edits)])
