"""What runs for the changes at one place of the schema, and what that means for those who use the database."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.project.analysis import Analysis
from refract.rules.base import Finding
from refract.schema.changes import Change
from refract.sql.writer import EMPTY, write_script
from refract.text import Location, Span


@frozen
class Explanation:
    """`sql` is what the pending changes at `span` become, `findings` what is risky about them."""

    span: Span
    sql: str
    findings: tuple[Finding, ...]


def explain(analysis: Analysis, path: str, offset: int) -> Explanation | None:
    """What is pending where `offset` stands in the schema file at `path`; None where nothing is."""
    changes = [(change, place.span) for change, place in _placed(analysis) if _is_at(place, path, offset)]
    findings = [
        (f, place.span) for f in analysis.findings if (place := analysis.place(f)) and _is_at(place, path, offset)
    ]
    spans = [span for _, span in (*changes, *findings)]
    if not spans:
        return None
    smallest = min(spans, key=lambda span: span.end - span.start)
    sql = write_script([change for change, _ in changes], analysis.snapshot.baseline.database, analysis.database)
    return Explanation(smallest, "" if sql == EMPTY else sql.strip(), tuple(finding for finding, _ in findings))


def _placed(analysis: Analysis) -> Iterator[tuple[Change, Location]]:
    for change in analysis.diff.changes:
        place = analysis.locate(change.origin)
        if place is not None:
            yield change, place


def _is_at(place: Location, path: str, offset: int) -> bool:
    return place.path == path and place.span.start <= offset <= place.span.end
