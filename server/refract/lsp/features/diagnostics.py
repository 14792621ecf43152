"""Findings and problems as diagnostics, by file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lsprotocol import types

from refract.analysis import Analysis
from refract.lsp import convert
from refract.lsp.convert import Encoding
from refract.lsp.features.text_only import whole_message, worst_first
from refract.lsp.open_project import OpenProject
from refract.lsp.session import Session
from refract.positions import TextFile
from refract.rendering.findings import few, message, related_sentence
from refract.rules.kit.documentation import page_file
from refract.rules.kit.finding import Finding
from refract.text import Span

SOURCE = "refract"
LIMIT = 500
"""Diagnostics published for one file: more are of no help, and slow editors down."""

NOT_ANALYSED = "not-analysed"


def diagnostics(project: OpenProject, session: Session) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each file of the project, by path: those of its schema, and migrations with findings.

    Files of the schema without any have an empty list.
    """
    found: dict[str, list[types.Diagnostic]] = {str(path): [] for path in project.files.schema_files}
    if project.failure:
        first = next(iter(found))
        found[first] = [_failure(project.failure)]
        return found
    if project.analysis is None:
        return found
    for path, diagnostic in _all(project.analysis, _Files(session)):
        if len(found.setdefault(path, [])) < LIMIT:
            found[path].append(diagnostic)
    if session.abilities.reads_text_only:
        return {path: worst_first(listed) for path, listed in found.items()}
    return found


class _Files:
    """The texts that diagnostics are in, each looked up a single time."""

    def __init__(self, session: Session) -> None:
        self.encoding: Encoding = session.abilities.encoding
        self.are_text_only = session.abilities.reads_text_only
        self._session = session
        self._known: dict[str, TextFile | None] = {}

    def at(self, path: str) -> TextFile | None:
        """The text of the file at `path`; None when it cannot be read."""
        if path not in self._known:
            self._known[path] = self._session.document(path)
        return self._known[path]


def _all(analysis: Analysis, files: _Files) -> Iterator[tuple[str, types.Diagnostic]]:
    for finding in analysis.findings:
        location = analysis.place(finding)
        document = files.at(location.path) if location else None
        if location is not None and document is not None:
            range_ = convert.to_range(document, location.span, files.encoding)
            yield location.path, _finding(finding, range_, analysis, files)
    for problem in analysis.problems:
        location = analysis.locate_problem(problem)
        document = files.at(location.path)
        if document is not None:
            range_ = convert.to_range(document, location.span, files.encoding)
            yield location.path, _problem(problem.message, range_)
        elif analysis.snapshot.tree.documents:
            first = analysis.snapshot.tree.documents[0]
            range_ = convert.to_range(first, Span(0, 0), files.encoding)
            yield first.path, _problem(f"{location.path}: {problem.message}", range_)


def _finding(finding: Finding, range_: types.Range, analysis: Analysis, files: _Files) -> types.Diagnostic:
    return types.Diagnostic(
        range=range_,
        message=whole_message(finding, analysis, files.at) if files.are_text_only else message(finding),
        severity=convert.to_severity(finding.severity),
        code=finding.rule,
        code_description=_page(finding.rule),
        source=SOURCE,
        related_information=list(_related(finding, analysis, files)) or None,
        data={"key": finding.key},
    )


@cache
def _page(rule: str) -> types.CodeDescription | None:
    """The link to the rule's documentation."""
    file = page_file(rule)
    return types.CodeDescription(href=file.as_uri()) if file else None


def _related(finding: Finding, analysis: Analysis, files: _Files) -> Iterator[types.DiagnosticRelatedInformation]:
    for related in few(finding.related):
        location = analysis.locate(related.origin)
        document = files.at(location.path) if location else None
        if location is not None and document is not None:
            place = convert.to_location(location, document, files.encoding)
            yield types.DiagnosticRelatedInformation(location=place, message=related_sentence(related))


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
