"""The pending migration in the editor: the line above the schema that shows how much is pending, and its commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from refract.actions.data_loss import pending_errors
from refract.actions.pending_migration import names, pending_files, pending_parts, pending_sql, summary
from refract.actions.uncertain import uncertain_changes
from refract.analysis import Analysis
from refract.lsp import convert
from refract.lsp.refusal import Refused, shown_problem
from refract.lsp.session import Session
from refract.rendering.findings import related_sentence
from refract.text import NewFile
from refract.workspace.package_manager import prisma_command

CREATE = "refract.createMigration"
PREVIEW = "refract.previewMigration"
SHOW_FIXES = "refract.showFixes"


def code_lenses(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """What is pending, above the datasource (or the first line); nothing if no change is pending."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None or not _has_the_lens(analysis, path):
        return []
    pending = summary(analysis)
    if not pending.changes:
        return []
    place = analysis.datasource
    start = convert.position(document, place.span.start if place else 0, session.abilities.encoding)
    range_ = types.Range(start, start)
    uri = params.text_document.uri
    titles = [(f"Refract: {pending}", PREVIEW, [uri]), *_offers(analysis, uri)]
    return [
        types.CodeLens(range=range_, command=types.Command(title=title, command=command, arguments=list(arguments)))
        for title, command, arguments in titles
    ]


def _offers(analysis: Analysis, uri: str) -> Iterator[tuple[str, str, list[str]]]:
    """The fixes first; the migration itself only while no error is pending."""
    risky = bool(pending_errors(analysis))
    if risky:
        yield "Fix…", SHOW_FIXES, [uri]
    yield "Preview SQL", PREVIEW, [uri]
    if not risky and not analysis.problems and pending_parts(analysis):
        yield from ((f"Create {name}", CREATE, [uri, name]) for name in names(analysis)[:1])


def preview(analysis: Analysis) -> dict[str, Any]:
    """The pending migration: `sql`, `names` (best first), and the `command` that Prisma's own tool would need."""
    suggested = names(analysis)
    arguments = ("migrate", "dev", "--create-only", "--name", *(suggested[:1] or ("migration",)))
    return {
        "summary": str(summary(analysis)),
        "sql": pending_sql(analysis),
        "names": list(suggested),
        "command": prisma_command(analysis.snapshot.files.root, *arguments),
    }


def create(analysis: Analysis, name: str | None) -> tuple[NewFile, ...]:
    """The files of the pending migration. Raises Refused if nothing is pending, or something cannot be read."""
    if analysis.problems:
        raise Refused(f"No migration written. Fix this problem first: {shown_problem(analysis)}")
    for finding in uncertain_changes(analysis):
        what = ", ".join(f"{related_sentence(place)} ({place.origin.path})" for place in finding.related)
        raise Refused(f"No migration written. {finding.what}: {what}. Check it, then accept the finding.")
    files = pending_files(analysis, name)
    if not files:
        raise Refused("No pending changes.")
    return files


def _has_the_lens(analysis: Analysis, path: str) -> bool:
    """Whether the file is the one with the datasource; without any, the first of the schema."""
    place = analysis.datasource
    documents = analysis.snapshot.tree.documents
    return path == (place.path if place else documents[0].path if documents else "")
