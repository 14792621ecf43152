"""What runs for the changes at one place of the schema, and what that means for those who use the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from refract.analysis.result import Analysis
from refract.plans import Progress
from refract.plans.subject import members_now, place_of, subject_block
from refract.rules.kit.finding import Finding
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
    """What is pending at `offset` in the schema file at `path`; None if nothing is."""
    changes = [(change, place.span) for change, place in _placed(analysis) if _is_at(place, path, offset)]
    findings = [
        (f, place.span) for f in analysis.findings if (place := analysis.place(f)) and _is_at(place, path, offset)
    ]
    spans = [span for _, span in (*changes, *findings)]
    if not spans:
        return None
    smallest = min(spans, key=lambda span: span.end - span.start)
    wanted = [change for change, _ in changes]
    sql = write_script(
        [*_other_halves(wanted, analysis), *wanted], analysis.snapshot.baseline.database, analysis.database
    )
    return Explanation(smallest, "" if sql == EMPTY else sql.strip(), tuple(finding for finding, _ in findings))


def _other_halves(changes: Sequence[Change], analysis: Analysis) -> Iterator[Change]:
    """What is dropped for probable renames among the changes: Prisma runs both halves."""
    for rename in analysis.diff.renames:
        added = any(change is rename.added for change in changes)
        if added and not any(change is rename.dropped for change in changes):
            yield rename.dropped


def plans_at(analysis: Analysis, path: str, span: Span) -> Iterator[tuple[Progress, Span]]:
    """The open plans that the fields and values touched by `span` of the schema file at `path` are under, and where
    those are.
    """
    tree = analysis.snapshot.tree
    for progress in analysis.plans:
        if not progress.is_open:
            continue
        origins = (place_of(tree, *member) for member in members_now(progress.plan, tree))
        places = (place for origin in origins if (place := analysis.locate(origin)))
        touched = (p.span for p in places if p.path == path and p.span.start <= span.end and span.start <= p.span.end)
        found = next(touched, None)
        if found is not None:
            yield progress, found


def place_of_plan(analysis: Analysis, progress: Progress) -> Location | None:
    """The place at which a plan is shown: the field or value that it is about, else the model or enum."""
    tree, plan = analysis.snapshot.tree, progress.plan
    member = next(iter(members_now(plan, tree)), (subject_block(plan, tree), ""))
    return analysis.locate(place_of(tree, *member))


def _placed(analysis: Analysis) -> Iterator[tuple[Change, Location]]:
    for change in analysis.diff.changes:
        place = analysis.locate(change.origin)
        if place is not None:
            yield change, place


def _is_at(place: Location, path: str, offset: int) -> bool:
    return place.path == path and place.span.start <= offset <= place.span.end
