"""Findings and problems as diagnostics, by file."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from refract.lsp import convert
from refract.lsp.convert import Encoding
from refract.lsp.session import OpenProject, Session
from refract.project import Analysis
from refract.rules.base import Finding
from refract.text import Span

SOURCE = "refract"
LIMIT = 500
"""Diagnostics published for one file: more help nobody, and slow editors down."""

NOT_ANALYSED = "not-analysed"


def diagnostics(project: OpenProject, session: Session) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each file of the project's schema, by path. Files without any have an empty list."""
    found: dict[str, list[types.Diagnostic]] = {str(path): [] for path in project.files.schema_files}
    if project.failure:
        first = next(iter(found))
        found[first] = [_failure(project.failure)]
        return found
    if project.analysis is None:
        return found
    for path, diagnostic in _all(project.analysis, session):
        if len(found.setdefault(path, [])) < LIMIT:
            found[path].append(diagnostic)
    return found


def _all(analysis: Analysis, session: Session) -> Iterator[tuple[str, types.Diagnostic]]:
    tree = analysis.snapshot.tree
    for finding in analysis.findings:
        location = analysis.place(finding)
        document = tree.document(location.path) if location else None
        if location is not None and document is not None:
            range_ = convert.to_range(document, location.span, session.encoding)
            yield location.path, _finding(finding, range_, analysis, session.encoding)
    for problem in analysis.problems:
        location = analysis.locate_problem(problem)
        document = tree.document(location.path)
        if document is not None:
            range_ = convert.to_range(document, location.span, session.encoding)
            yield location.path, _problem(problem.message, range_)
        elif tree.documents:
            first = tree.documents[0]
            range_ = convert.to_range(first, Span(0, 0), session.encoding)
            yield first.path, _problem(f"{location.path}: {problem.message}", range_)


def _finding(finding: Finding, range_: types.Range, analysis: Analysis, encoding: Encoding) -> types.Diagnostic:
    return types.Diagnostic(
        range=range_,
        message=finding.message,
        severity=convert.to_severity(finding.severity),
        code=finding.rule,
        source=SOURCE,
        related_information=list(_related(finding, analysis, encoding)) or None,
        data={"key": finding.key},
    )


def _related(finding: Finding, analysis: Analysis, encoding: Encoding) -> Iterator[types.DiagnosticRelatedInformation]:
    for related in finding.related:
        location = analysis.locate(related.origin)
        if location is None:
            continue
        place = convert.to_location(location, analysis.snapshot.tree.document(location.path), encoding)
        if place is not None:
            yield types.DiagnosticRelatedInformation(location=place, message=related.message)


def _problem(message: str, range_: types.Range) -> types.Diagnostic:
    """Something that could not be read. A hint only: Prisma's own extension marks what is wrong with the schema."""
    return types.Diagnostic(
        range=range_, message=message, severity=types.DiagnosticSeverity.Information, code=NOT_ANALYSED, source=SOURCE
    )


def _failure(message: str) -> types.Diagnostic:
    start = types.Position(0, 0)
    return types.Diagnostic(
        range=types.Range(start, start),
        message=message,
        severity=types.DiagnosticSeverity.Warning,
        code=NOT_ANALYSED,
        source=SOURCE,
    )
