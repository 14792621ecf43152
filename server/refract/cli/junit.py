"""Findings as a JUnit report, which most CI services show as tests."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from refract.analysis import Analysis
from refract.cli.places import Places, problem_lines
from refract.cli.report import placed_findings
from refract.cli.service_findings import rooted
from refract.cli.terminal import shown_path
from refract.escaping import printable
from refract.rendering.findings import message
from refract.rules.kit.finding import Severity


def junit(analyses: list[Analysis]) -> str:
    """A suite for each project, a case for each finding; one case that passes for a project without findings."""
    suites = "\n".join(line for analysis in analyses for line in _suite(analysis))
    return printable(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}\n</testsuites>')


def _suite(analysis: Analysis) -> Iterator[str]:
    name = shown_path(analysis.snapshot.files.schema)
    cases = [*_cases(analysis), *_errors(analysis)] or [
        f"    <testcase classname={quoteattr(name)} name={quoteattr('no findings')}/>"
    ]
    failures = sum("<failure" in case for case in cases)
    yield (
        f'  <testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}" '
        f'errors="{len(analysis.problems)}">'
    )
    yield from cases
    yield "  </testsuite>"


def _cases(analysis: Analysis) -> Iterator[str]:
    for finding, place in placed_findings(analysis, Places(analysis.snapshot.tree.documents)):
        path = rooted(place.path) or place.path
        attributes = f"classname={quoteattr(finding.rule)} name={quoteattr(f'{path}:{place.line}: {finding.what}')}"
        file = f'file={quoteattr(path)} line="{place.line}"'
        text = escape(message(finding))
        shown = (
            f"<system-out>{text}</system-out>"
            if finding.severity is Severity.INFO
            else f"<failure type={quoteattr(finding.severity.value)} message={quoteattr(finding.what)}>{text}</failure>"
        )
        yield f"    <testcase {attributes} {file}>{shown}</testcase>"


def _errors(analysis: Analysis) -> Iterator[str]:
    for line in problem_lines(analysis, analysis.problems):
        yield f'    <testcase classname="unreadable" name={quoteattr(line)}><error message={quoteattr(line)}/></testcase>'
