"""Findings as text: one line each that tools can parse, the schema's own line under it, then what is related."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from refract.cli.places import Place, Places
from refract.cli.terminal import harmless, shown_path
from refract.project import Analysis
from refract.rules.base import Finding, Severity
from refract.text import Location, Span

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_WIDTH = 160  # of a source line; a longer one is cut around the place


def placed_findings(analysis: Analysis, places: Places) -> list[tuple[Finding, Place]]:
    """The findings in the order of their places."""
    found = [(finding, places.find(location_of(analysis, finding))) for finding in analysis.findings]
    return sorted(found, key=lambda pair: (pair[1].path, pair[1].line, pair[1].column, pair[0].rule, pair[0].key))


def location_of(analysis: Analysis, finding: Finding) -> Location:
    """The finding's place; the start of the schema for what is no longer written anywhere."""
    return analysis.place(finding) or Location(str(analysis.snapshot.files.schema_files[0]), Span(0, 0))


def report(analysis: Analysis) -> Iterator[str]:
    """The lines that `check` prints for one project."""
    places = Places(analysis.snapshot.tree.documents)
    for finding, place in placed_findings(analysis, places):
        colour = _COLOURS[finding.severity]
        label = click.style(finding.severity.value, fg=colour, bold=True)
        where = click.style(f"{harmless(place.path)}:{place.line}:{place.column}", bold=True)
        first, *rest = harmless(finding.message).split("\n")
        yield f"{where}: {label} {click.style(finding.rule, bold=True)}: {first}"
        yield from (f"    {line}" for line in rest)
        yield from _excerpt(place, colour)
        for related in finding.related:
            location = analysis.locate(related.origin)
            if location is not None:
                other = places.find(location)
                yield f"    {harmless(other.path)}:{other.line}:{other.column}: {harmless(related.message)}"
        yield ""
    yield summary(analysis)


def summary(analysis: Analysis) -> str:
    """One line: how many findings, in what, compared with what."""
    counts = Counter(finding.severity for finding in analysis.findings)
    told = [_counted(counts[severity], severity.value) for severity in Severity if counts[severity]]
    silenced = f" ({len(analysis.silenced)} ignored)" if analysis.silenced else ""
    baseline = analysis.snapshot.baseline
    opaque = _counted(len(baseline.opaque), "statement") if baseline.opaque else ""
    unread = f"; {opaque} not understood and left out" if opaque else ""
    schema, compared = shown_path(analysis.snapshot.files.schema), baseline_detail(analysis)
    return harmless(f"{', '.join(told) or 'No findings'}{silenced} in {schema}, compared with {compared}{unread}.")


def baseline_detail(analysis: Analysis) -> str:
    """What the schema is compared with, in words, with paths as the user would write them."""
    migrations = str(analysis.snapshot.files.migrations)
    return analysis.snapshot.baseline.detail.replace(migrations, shown_path(migrations))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 or noun == Severity.INFO else f"{count} {noun}s"


def _excerpt(place: Place, colour: str) -> Sequence[str]:
    """The line of the place and carets under it; nothing when the line is empty."""
    if not place.source.strip():
        return ()
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(place.source)
    first = max(0, start - _WIDTH // 2) if len(place.source) > _WIDTH else 0
    shown = harmless(place.source[first : first + _WIDTH])
    gutter = str(place.line)
    indent = "".join("\t" if c == "\t" else " " for c in shown[: start - first])
    carets = "^" * max(1, min(end, first + _WIDTH) - start)
    return f"  {gutter} | {shown}", f"  {' ' * len(gutter)} | {indent}{click.style(carets, fg=colour)}"
