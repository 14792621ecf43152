"""Code actions: fixes of findings, the next step of a plan, down.sql for a migration.

A list holds titles. The edit of a fix is built when the editor resolves it, or with the list if the editor cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lsprotocol import types

from refract.actions.file_writing import CannotWrite
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.fixes import Fix
from refract.fixes.base import Asked
from refract.lsp import convert, edits
from refract.lsp.features import plans, refactorings, rollback
from refract.lsp.features.recipes import asking, plan_to_make
from refract.lsp.session import Session
from refract.rules.kit.finding import Finding
from refract.text import FileChange, Location, NewFile, Span

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.refract"
SHOW_FILE = "refract.showFile"
"""Opens a file that an action has written, and shows what to do next."""
APPLY_FIX = "refract.applyFix"
"""Applies a fix that creates files, for a client that cannot create any."""
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
    wanted = convert.to_span(document, params.range, session.abilities.encoding)
    actions: list[types.CodeAction] = []
    if _wants(_QUICK_FIX, params.context):
        findings = _findings_at(analysis, path, wanted, document.text)
        actions += _quick_fixes(session, analysis, findings, path, params, can_resolve)
    if _wants(_REWRITE, params.context):
        actions += plans.code_actions(analysis, path, wanted, params.text_document.uri)
        actions += _rollback(path, params)
        if session.abilities.asks and not _is_automatic(params.context):
            actions += refactorings.code_actions(analysis, path, wanted, params.text_document.uri)
    return actions


def _is_automatic(context: types.CodeActionContext) -> bool:
    """Whether the client only wants to know if there is anything: a light bulb on every line would tell nothing."""
    return context.trigger_kind is types.CodeActionTriggerKind.Automatic


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
            if session.abilities.asks and fix.asked and fix.asked.questions:
                action.command = _ask(finding, fix.asked, params.text_document.uri)
            elif not (can_resolve and session.abilities.creates_files):
                _fill(session, analysis, action, fix, [params.text_document.uri, finding.key, fix.id])
            yield action


def _fill(session: Session, analysis: Analysis, action: types.CodeAction, fix: Fix, arguments: list[str]) -> None:
    """Give the action its edit; or the command with these arguments if the client cannot create the edit's new files."""
    with suppress(LookupError, CannotWrite):
        changes = fix.build()
        if session.abilities.creates_files or not any(isinstance(change, NewFile) for change in changes):
            _put(session, analysis, action, fix, changes)
            return
        action.command = types.Command(title=fix.title, command=APPLY_FIX, arguments=arguments)


def resolved(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; without one if the finding no longer exists, or if a command does its work."""
    if action.command is not None:
        return action
    data = action.data if isinstance(action.data, dict) else {}
    analysis = session.analysis_of(str(data.get("path", "")))
    if analysis is None:
        return action
    home = analysis.snapshot.files.home
    fix = None if action.kind == FIX_ALL else _fix(analysis, str(data.get("key", "")), str(data.get("fix", "")))
    with suppress(LookupError, CannotWrite):
        if action.kind == FIX_ALL:
            action.edit = edits.workspace_edit(session, _safe_changes(analysis, str(data["path"])), home, action.title)
        elif fix is not None:
            _put(session, analysis, action, fix, fix.build())
    return action


def _put(
    session: Session, analysis: Analysis, action: types.CodeAction, fix: Fix, changes: Sequence[FileChange]
) -> None:
    """Give the action its edit, and the command that shows the migration written."""
    action.edit = edits.workspace_edit(session, changes, analysis.snapshot.files.home, fix.title, fix.note)
    abilities = session.abilities
    shown = edits.new_migration(changes)
    if shown and abilities.shows_documents and (abilities.resolves_commands or not abilities.resolves_edits):
        step = plans.first_step_of(changes)
        then = [step.message, step.acts] if step else []
        action.command = types.Command(title="Open", command=SHOW_FILE, arguments=[shown, *then])


def chosen(analysis: Analysis, key: str, fix: str) -> tuple[str, tuple[FileChange, ...]] | None:
    """The title and the changes of the fix with this id, for the finding of this key; None if there is none any longer."""
    found = _fix(analysis, key, fix)
    try:
        return (found.title, found.build()) if found else None
    except LookupError:
        return None


def _fix(analysis: Analysis, key: str, fix: str) -> Fix | None:
    finding = next((f for f in analysis.findings if f.key == key), None)
    return next((f for f in fixes_of(analysis, finding) if f.id == fix), None) if finding else None


def command_of(finding: Finding, fix: Fix, uri: str) -> types.Command:
    """The command that makes a fix, for a client that asks what only the user knows."""
    if fix.asked and fix.asked.questions:
        return _ask(finding, fix.asked, uri)
    return types.Command(title=fix.title, command=APPLY_FIX, arguments=[uri, finding.key, fix.id])


def _ask(finding: Finding, asked: Asked, uri: str) -> types.Command:
    """The client's command: it asks the user, and makes the plan with the answers."""
    plan = plan_to_make(uri, asked.recipe, asked.subject, asked.answers, asked.questions)
    return asking(plan | {"finding": finding.key})


def _rollback(path: str, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """Writing down.sql for a migration, offered anywhere in its file."""
    if not rollback.can_be_written(path):
        return
    title = "Write the rollback (down.sql)"
    arguments = [params.text_document.uri, Path(path).parent.name]
    command = types.Command(title=title, command=rollback.WRITE, arguments=arguments)
    yield types.CodeAction(title=title, kind=types.CodeActionKind.RefactorRewrite, command=command)


def _fix_all(session: Session, analysis: Analysis, path: str, can_resolve: bool) -> list[types.CodeAction]:
    """One action that applies every safe fix of the file; none if there is no such fix."""
    if not _safe_changes(analysis, path):
        return []
    action = types.CodeAction(title="Apply all safe Refract fixes", kind=FIX_ALL, data={"path": path})
    return [action if can_resolve else resolved(session, action)]


def _safe_changes(analysis: Analysis, path: str) -> tuple[FileChange, ...]:
    """The changes of all safe fixes of a file's findings, without duplicates."""
    found: dict[FileChange, None] = {}
    for finding in analysis.findings:
        location = analysis.place(finding)
        if location is not None and location.path == path:
            safe = next((fix for fix in fixes_of(analysis, finding) if fix.safe), None)
            found.update(dict.fromkeys(safe.build() if safe else ()))
    return tuple(found)


def _wants(kind: str, context: types.CodeActionContext) -> bool:
    """Whether the client wants actions of this kind: it wants all, the kind itself, or a kind above it."""
    return not context.only or any(
        kind == wanted or kind.startswith(f"{wanted}.") for wanted in map(_text, context.only)
    )


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _findings_at(analysis: Analysis, path: str, wanted: Span, text: str) -> list[Finding]:
    """The findings that the range touches; if it touches none, those on its lines."""
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
        data={"path": path, "key": finding.key, "fix": fix.id},
    )
