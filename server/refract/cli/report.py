"""Findings as text: one line each that tools can parse, the schema's own line under it, then what is related."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import fill
from unicodedata import combining, east_asian_width

import click

from refract.analysis import Analysis
from refract.cli.options import Options
from refract.cli.places import Place, Places
from refract.cli.summary import summary
from refract.escaping import one_line, printable
from refract.rendering.advice import action_sentence
from refract.rendering.findings import MOST_PLACES, harm_line, related_sentence
from refract.rules.kit.finding import Finding, PlaceRole, Severity
from refract.text import Location, Span

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_MANY = 20  # findings of a project; more get a summary by rule
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_SPACE_IN_CODE = "\ue000"  # is not printable, so `one_line` has removed it from the text
_WIDTH = 160  # of a source line; a longer one is cut around the place


def placed_findings(analysis: Analysis, places: Places) -> list[tuple[Finding, Place]]:
    """The findings in the order of their places."""
    found = [(finding, places.find(location_of(analysis, finding))) for finding in analysis.findings]
    return sorted(found, key=lambda pair: (pair[1].path, pair[1].line, pair[1].column, pair[0].rule, pair[0].key))


def location_of(analysis: Analysis, finding: Finding) -> Location:
    """The finding's place; the start of the schema for what is no longer written anywhere."""
    return analysis.place(finding) or Location(str(analysis.snapshot.files.schema_files[0]), Span(0, 0))


def report(analysis: Analysis, options: Options) -> Iterator[str]:
    """The lines that `check` prints for one project: for a terminal with so many columns, or for a pipe."""
    columns = options.columns
    places = Places(analysis.snapshot.tree.documents)
    for finding, place in placed_findings(analysis, places):
        yield from finding_lines(finding, place, columns)
        yield from _related(finding, analysis, places)
        yield ""
    if options.brief:
        return
    if len(analysis.findings) > _MANY:
        yield from _by_rule(analysis.findings)
        yield ""
    yield from summary(analysis, places, options.examples)


def finding_lines(finding: Finding, place: Place, columns: int | None) -> Iterator[str]:
    """A finding with the line of its place, the harm and what to do."""
    yield heading(finding, place)
    yield from _excerpt(place, _COLOURS[finding.severity], (columns or _WIDTH) - len(f"  {place.line} | "))
    yield from _notes(finding, columns)


def concise(analysis: Analysis, options: Options) -> Iterator[str]:
    """A line for each finding, then the summary."""
    places = Places(analysis.snapshot.tree.documents)
    yield from (heading(finding, place) for finding, place in placed_findings(analysis, places))
    if not options.brief:
        yield from summary(analysis, places, options.examples)


def heading(finding: Finding, place: Place) -> str:
    """The line that a finding begins with: its place, severity, rule and headline."""
    label = click.style(finding.severity.value, fg=_COLOURS[finding.severity], bold=True)
    where = click.style(f"{one_line(place.path)}:{place.line}:{place.column}", bold=True)
    return f"{where}: {label} {click.style(finding.rule, bold=True)}: {one_line(finding.what)}"


def _notes(finding: Finding, columns: int | None) -> Iterator[str]:
    """The harm, then what to do, a note each."""
    harm = harm_line(finding)
    notes = [("", harm)] if harm else []
    notes += [("help: ", action_sentence(action)) for action in finding.now]
    for label, note in notes:
        text = f"{label}{one_line(note)}"
        yield wrapped(text, columns) if columns else f"  = {text}"


def wrapped(text: str, columns: int) -> str:
    """The text in lines of a terminal; code is never broken, so that a command can be copied."""
    whole = _CODE.sub(lambda code: code[0].replace(" ", _SPACE_IN_CODE), text)
    lines = fill(
        whole, columns, initial_indent="  = ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return lines.replace(_SPACE_IN_CODE, " ")


def _related(finding: Finding, analysis: Analysis, places: Places) -> Iterator[str]:
    """The places that belong to the finding, a few of each kind."""
    for role in PlaceRole:
        those = [related for related in finding.related if related.role is role]
        for related in those[:MOST_PLACES]:
            location = analysis.locate(related.origin)
            if location is not None:
                place = places.find(location)
                sentence = one_line(related_sentence(related))
                yield f"    {one_line(place.path)}:{place.line}:{place.column}: {sentence}"
        if len(those) > MOST_PLACES:
            yield f"    and {len(those) - MOST_PLACES} more"


def counts_by_rule(findings: Sequence[Finding]) -> list[tuple[Severity, str, int]]:
    """How many findings each rule has, the worst and the most frequent first."""
    counts = Counter((finding.severity, finding.rule) for finding in findings)
    order = list(Severity)
    ranked = sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0]))
    return [(severity, rule, count) for (severity, rule), count in ranked]


def statistics(analysis: Analysis, options: Options) -> Iterator[str]:
    """The number of findings of each rule in place of the findings, then the summary."""
    yield from _by_rule(analysis.findings)
    if not options.brief:
        yield from summary(analysis, Places(analysis.snapshot.tree.documents), options.examples)


def _by_rule(findings: Sequence[Finding]) -> Iterator[str]:
    for severity, rule, count in counts_by_rule(findings):
        yield f"{count:>5}  {click.style(f'{severity.value:<7}', fg=_COLOURS[severity])}  {rule}"


def _excerpt(place: Place, colour: str, width: int) -> Sequence[str]:
    """The line of the place and carets under it; nothing when the line is empty."""
    if not place.source.strip():
        return ()
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(place.source)
    first = max(0, start - width // 2) if len(place.source) > width else 0
    shown = printable(place.source[first : first + width])
    gutter = str(place.line)
    indent = "".join(_blank(c) for c in shown[: start - first])
    carets = "".join("^" * _cells(c) for c in shown[start - first : end - first]) or "^"
    return f"  {gutter} | {shown}", f"  {' ' * len(gutter)} | {indent}{click.style(carets, fg=colour)}"


def _blank(character: str) -> str:
    return "\t" if character == "\t" else " " * _cells(character)


def _cells(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
