"""The end of a report: what was found, in what, compared with what; and what was not compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from refract.analysis import Analysis
from refract.analysis.coverage import Coverage, coverage
from refract.cli.places import Places
from refract.cli.terminal import shown_path
from refract.escaping import one_line
from refract.rules.kit.finding import Finding, Severity
from refract.schema.changes import NotFollowed
from refract.text import Location
from refract.wording import counted


def summary(analysis: Analysis, places: Places, examples: int = 0) -> Iterator[str]:
    """A line with the findings, and one with what was compared, if there is more to it. Up to so many `examples` of
    statements that were not followed are before them: one, or (from 2) all.
    """
    compared = coverage(analysis)
    yield from _examples(compared.not_followed[: 1 if examples == 1 else None] if examples else (), places)
    yield _found(analysis)
    if compared.migrations:
        yield one_line(" ".join(scope(compared, examples)))


def counted_findings(findings: Sequence[Finding]) -> str:
    """The findings by severity, such as 1 error, 2 warnings; empty if there are none."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(_of_severity(counts[severity], severity) for severity in Severity if counts[severity])


def baseline_detail(analysis: Analysis) -> str:
    """What the schema is compared with, in words, with paths as the user would write them."""
    migrations = str(analysis.snapshot.files.migrations)
    return analysis.snapshot.baseline.detail.replace(migrations, shown_path(migrations))


def _found(analysis: Analysis) -> str:
    totals = list(filter(None, [counted_findings(analysis.findings)]))
    quiet = {"ignored": analysis.silenced, "accepted": analysis.accepted}
    kept_quiet = ", ".join(f"{len(those)} {how}" for how, those in quiet.items() if those)
    silenced = f" ({kept_quiet})" if kept_quiet else ""
    answer = f"{_verdict(totals, len(analysis.problems))}{silenced} in {_where(analysis)}."
    return one_line(f"{answer}{_outdated(len(analysis.outdated))}")


def _where(analysis: Analysis) -> str:
    """The files of the findings, and what was compared with what."""
    schema, compared = shown_path(analysis.snapshot.files.schema), baseline_detail(analysis)
    of_schema = {str(file) for file in analysis.snapshot.files.schema_files}
    files = {place.path for place in map(analysis.place, analysis.findings) if place}
    if files <= of_schema:
        return f"{schema}, compared with {compared}"
    found = shown_path(min(files)) if len(files) == 1 else f"{len(files)} files"
    return f"{found}. {schema} was compared with {compared}"


def scope(compared: Coverage, examples: int) -> Iterator[str]:
    """What was compared beyond the schema, and what was not followed, a sentence each."""
    yield _base(compared)
    if compared.pending:
        yield f"{_are(compared.pending, 'change')} pending without a migration."
    if compared.not_followed:
        hint = "" if examples else " (-v shows one)"
        count = len(compared.not_followed)
        yield f"{counted(count, 'statement')} {'was' if count == 1 else 'were'} not followed{hint}."


def _base(compared: Coverage) -> str:
    """Which migrations were judged."""
    new, count = len(compared.new), compared.migrations
    if compared.base is None and compared.new:
        return f"No base branch was found: only uncommitted migrations were judged ({new} of {count})."
    if compared.base is None and not compared.no_base:
        return "No migration was judged, since they are for another database."
    if compared.base is None:
        return f"No migration was judged, since there is no base ({compared.no_base})."
    if not new:
        return f"No migration is new since {compared.base}."
    return f"{new} of {counted(count, 'migration')} {'is' if new == 1 else 'are'} new since {compared.base}."


def _examples(statements: Sequence[NotFollowed], places: Places) -> Iterator[str]:
    for statement in statements:
        if statement.origin is not None:
            place = places.find(Location(statement.origin.path, statement.origin.span))
            yield one_line(f"{place.path}:{place.line}:{place.column}: not followed: {statement.summary}")


def _verdict(totals: Sequence[str], problems: int) -> str:
    """The findings, counted. Where something could not be read, their absence means little."""
    if not problems:
        return ", ".join(totals) or "No findings"
    return f"Incomplete, {counted(problems, 'problem')}; {', '.join(totals) or 'nothing else found'}"


def _outdated(count: int) -> str:
    """What to do about accepted findings that no longer occur."""
    if not count:
        return ""
    those, them = ("finding no longer occurs", "it") if count == 1 else ("findings no longer occur", "them")
    return f" {count} accepted {those}. Run `refract check --accept` to remove {them}."


def _of_severity(count: int, severity: Severity) -> str:
    return f"{count} {severity}" if severity is Severity.INFO else counted(count, severity)


def _are(count: int, noun: str) -> str:
    return f"{counted(count, noun)} {'is' if count == 1 else 'are'}"
