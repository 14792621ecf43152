"""Code actions: fixes of findings, the next step of a plan, what undoes a migration.

Titles at once; a fix's edit is built when the editor asks for it, or at once where it cannot ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lsprotocol import types

from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.fixes import Fix
from refract.fixes.base import Asked
from refract.lsp import convert, edits
from refract.lsp.features import plans, rollback
from refract.lsp.features.recipes import question_as_json
from refract.lsp.session import Session
from refract.rules.kit.finding import Finding
from refract.text import FileChange, Location, NewFile, Span

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.refract"
ASK_AND_SPLIT = "refract.askAndSplit"
"""A command of the client, where that has said that it asks."""
APPLY_FIX = "refract.applyFix"
"""What makes a fix with new files, where the client cannot make any."""
_QUICK_FIX = types.CodeActionKind.QuickFix.value
_REWRITE = types.CodeActionKind.RefactorRewrite.value


def code_actions(session: Session, params: types.CodeActionParams, can_resolve: bool) -> list[types.CodeAction]:
    """The fixes for the findings that the range touches, best first."""
    path = convert.to_path(params.text_document.uri)
    analysis = session.analysis_of(path) if path else None
    document = session.document(path) if path else None
    if path is None or analysis is None or document is None:
        return []
    if _wants(FIX_ALL, params.context) and params.context.only:
        return _fix_all(session, analysis, path, can_resolve)
    wanted = convert.to_span(document, params.range, session.encoding)
    actions: list[types.CodeAction] = []
    if _wants(_QUICK_FIX, params.context):
        findings = _findings_at(analysis, path, wanted, document.text)
        actions += _quick_fixes(session, analysis, findings, path, params, can_resolve)
    if _wants(_REWRITE, params.context):
        actions += plans.code_actions(analysis, path, wanted, params.text_document.uri)
        actions += _rollback(path, params)
    return actions


def _quick_fixes(
    session: Session,
    analysis: Analysis,
    findings: Sequence[Finding],
    path: str,
    params: types.CodeActionParams,
    can_resolve: bool,
) -> Iterator[types.CodeAction]:
    for finding in findings:
        for fix in fixes_of(analysis, finding):
            action = _action(finding, fix, path, params.context.diagnostics)
            if session.asks and fix.asked and fix.asked.questions:
                action.command = _ask(finding, fix.asked, params.text_document.uri)
            elif not (can_resolve and session.creates_files):
                _fill(session, action, fix, [params.text_document.uri, finding.key, fix.title])
            yield action


def _fill(session: Session, action: types.CodeAction, fix: Fix, arguments: list[str]) -> None:
    """What the action does: its edit, or where that has new files and the client makes none, the command with these
    arguments.
    """
    with suppress(LookupError):
        changes = fix.build()
        if session.creates_files or not any(isinstance(change, NewFile) for change in changes):
            action.edit = edits.workspace_edit(session, changes, fix.title, fix.note)
            return
        action.command = types.Command(title=fix.title, command=APPLY_FIX, arguments=arguments)


def resolved(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; without one when the text has moved on and nothing is left to fix, or when it is made
    by a command.
    """
    if action.command is not None:
        return action
    data = action.data if isinstance(action.data, dict) else {}
    analysis = session.analysis_of(str(data.get("path", "")))
    if analysis is not None and action.kind == FIX_ALL:
        action.edit = edits.workspace_edit(session, _safe_changes(analysis, str(data["path"])), action.title)
        return action
    fix = _fix(analysis, str(data.get("key", "")), action.title) if analysis else None
    if fix is None:
        return action
    with suppress(LookupError):
        action.edit = edits.workspace_edit(session, fix.build(), fix.title, fix.note)
    return action


def changes_of(analysis: Analysis, key: str, title: str) -> tuple[FileChange, ...] | None:
    """What the fix of that title for the finding of that key does; None when the text has moved on."""
    fix = _fix(analysis, key, title)
    try:
        return fix.build() if fix else None
    except LookupError:
        return None


def _fix(analysis: Analysis, key: str, title: str) -> Fix | None:
    finding = next((f for f in analysis.findings if f.key == key), None)
    return next((f for f in fixes_of(analysis, finding) if f.title == title), None) if finding else None


def _ask(finding: Finding, asked: Asked, uri: str) -> types.Command:
    """What the client runs: it asks a person, and makes the plan with the answers."""
    told = {
        "uri": uri,
        "finding": finding.key,
        "recipe": asked.recipe,
        "subject": asked.subject,
        "answers": dict(asked.answers),
        "questions": [question_as_json(question) for question in asked.questions],
    }
    return types.Command(title="Ask, then split", command=ASK_AND_SPLIT, arguments=[told])


def _rollback(path: str, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """Writing what undoes a migration, offered anywhere in it."""
    if not rollback.can_be_written(path):
        return
    title = "Write down.sql for this migration"
    arguments = [params.text_document.uri, Path(path).parent.name]
    command = types.Command(title=title, command=rollback.WRITE, arguments=arguments)
    yield types.CodeAction(title=title, kind=types.CodeActionKind.RefactorRewrite, command=command)


def _fix_all(session: Session, analysis: Analysis, path: str, can_resolve: bool) -> list[types.CodeAction]:
    """One action that makes every safe fix of the file; none when there is nothing to make."""
    if not _safe_changes(analysis, path):
        return []
    action = types.CodeAction(title="Make every safe fix of Refract", kind=FIX_ALL, data={"path": path})
    return [action if can_resolve else resolved(session, action)]


def _safe_changes(analysis: Analysis, path: str) -> tuple[FileChange, ...]:
    """The changes of all safe fixes of a file's findings, each made once."""
    found: dict[FileChange, None] = {}
    for finding in analysis.findings:
        location = analysis.place(finding)
        if location is not None and location.path == path:
            safe = next((fix for fix in fixes_of(analysis, finding) if fix.safe), None)
            found.update(dict.fromkeys(safe.build() if safe else ()))
    return tuple(found)


def _wants(kind: str, context: types.CodeActionContext) -> bool:
    """Whether the client asks for actions of this kind: everything, the kind itself, or one above it."""
    return not context.only or any(kind == asked or kind.startswith(f"{asked}.") for asked in map(_text, context.only))


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _findings_at(analysis: Analysis, path: str, wanted: Span, text: str) -> list[Finding]:
    """The findings that the range touches; where it touches none, those of its lines."""
    here = [(finding, place.span) for finding, place in _placed(analysis) if place.path == path]
    touched = [finding for finding, span in here if _meet(span, wanted)]
    if touched:
        return touched
    end = text.find("\n", wanted.end)
    lines = Span(text.rfind("\n", 0, wanted.start) + 1, len(text) if end < 0 else end)
    return [finding for finding, span in here if _meet(span, lines)]


def _placed(analysis: Analysis) -> Iterator[tuple[Finding, Location]]:
    for finding in analysis.findings:
        place = analysis.place(finding)
        if place is not None:
            yield finding, place


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _action(finding: Finding, fix: Fix, path: str, diagnostics: Sequence[types.Diagnostic]) -> types.CodeAction:
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[d for d in diagnostics if isinstance(d.data, dict) and d.data.get("key") == finding.key] or None,
        is_preferred=fix.preferred or None,
        data={"path": path, "key": finding.key},
    )
