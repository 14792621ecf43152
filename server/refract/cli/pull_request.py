"""A report for a pull request, in Markdown: a comment that is kept up to date, or the summary of a job.

It says what changes, what is risky with a fix for each, what is locked, what can be undone, where plans are, and what
was not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from refract.actions.applied_fixes import usual_fix
from refract.actions.fixing import fixes_of
from refract.actions.runbook import NoRunbook, release_of, runbook_of
from refract.analysis import Analysis
from refract.analysis.coverage import coverage
from refract.analysis.runbook import NothingToUndo, Runbook, UndoMigration, UndoStep, WayBack
from refract.cli.fix_shapes import plan_command, plan_of
from refract.cli.places import Place, Places, problem_lines
from refract.cli.report import counts_by_rule, placed_findings
from refract.cli.service_findings import rooted
from refract.cli.summary import baseline_detail, counted_findings, scope
from refract.cli.terminal import shown_path
from refract.escaping import code_span, one_line, prose, shell
from refract.plans import Progress
from refract.rendering.changes import described
from refract.rendering.findings import markdown
from refract.rendering.locks import BLOCKING
from refract.rendering.losses import loss_sentences
from refract.rendering.progress import standing
from refract.rendering.runbook import limit, statement_lines, step_label
from refract.rules.kit.advice import FollowRecipe
from refract.rules.kit.finding import Finding, Severity
from refract.rules.kit.owners import by_owners, owned
from refract.schema.changes import Change
from refract.schema.model import Database
from refract.wording import joined, listed

MARK = "<!-- refract -->"
"""Begins the report, so that the comment is found again."""
_MOST_FINDINGS = 20
_MOST_CHANGES = 12
_MOST_BYTES = 60_000  # GitHub refuses a comment above 65,536 characters
_LABELS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}


def pull_request(analyses: Sequence[Analysis]) -> str:
    """The report on all projects."""
    several = len(analyses) > 1
    lines = [MARK, f"## Refract: {_verdict(analyses)}", ""]
    for analysis in analyses:
        if several:
            lines += [f"### {code_span(shown_path(analysis.snapshot.files.schema))}", ""]
        lines += _project(analysis)
    return _cut("\n".join(lines).rstrip("\n") + "\n")


def _verdict(analyses: Iterable[Analysis]) -> str:
    return counted_findings([finding for analysis in analyses for finding in analysis.findings]) or "no risks found"


def _project(analysis: Analysis) -> Iterator[str]:
    runbook = _runbook(analysis)
    sections = (
        ("What changes", list(_changes(analysis))),
        ("Owners", list(_owners(analysis))),
        ("Risks", list(_risks(analysis))),
        ("Locks, in order", list(_locks(runbook))),
        ("Rollback", list(_ways_back(runbook))),
        ("Plans", list(map(_plan, (plan for plan in analysis.plans if plan.is_open)))),
        ("Not judged", list(_not_judged(analysis))),
    )
    for title, lines in sections:
        if lines:
            yield from (f"#### {title}", "", *lines, "")
    schema = code_span(shown_path(analysis.snapshot.files.schema))
    yield f"{schema} was compared with {prose(baseline_detail(analysis))}."
    yield ""


def _runbook(analysis: Analysis) -> Runbook | None:
    try:
        return runbook_of(release_of(analysis))
    except NoRunbook:
        return None


def _changes(analysis: Analysis) -> Iterator[str]:
    branch = analysis.snapshot.branch
    for new in branch.migrations if branch else ():
        yield f"- Migration {code_span(new.judged.name)}"
        yield from _listed(new.diff.changes, new.after, new.before)
    pending = analysis.diff.changes
    if pending:
        yield "- Pending without a migration"
        yield from _listed(pending, analysis.database, analysis.snapshot.baseline.database)


def _listed(changes: Sequence[Change], *databases: Database) -> Iterator[str]:
    lines = list(dict.fromkeys(described(change, *databases) for change in changes))
    yield from (f"  - {prose(line)}" for line in lines[:_MOST_CHANGES])
    if len(lines) > _MOST_CHANGES:
        yield f"  - and {len(lines) - _MOST_CHANGES} more"


def _owners(analysis: Analysis) -> Iterator[str]:
    """The owners of what changes, as names that notify them, each group with the models."""
    owned_now = partial(owned, analysis.snapshot.owners, analysis.database)
    for owners, models in by_owners(_all_changes(analysis), owned_now).items():
        yield f"- {joined(owners)}: {listed(models)}"


def _all_changes(analysis: Analysis) -> Iterator[Change]:
    branch = analysis.snapshot.branch
    for new in branch.migrations if branch else ():
        yield from new.diff.changes
    yield from analysis.diff.changes


def _risks(analysis: Analysis) -> Iterator[str]:
    """The findings, the worst first; those beyond the limit by their rules."""
    order = list(Severity)
    placed = placed_findings(analysis, Places(analysis.snapshot.tree.documents))
    worst = sorted(placed, key=lambda pair: order.index(pair[0].severity))
    for finding, place in worst[:_MOST_FINDINGS]:
        yield from _risk(finding, place, analysis)
    others = [finding for finding, _ in worst[_MOST_FINDINGS:]]
    if others:
        yield f"And {len(others)} more:"
        yield ""
        yield from (f"- {count} × {code_span(rule)} ({severity})" for severity, rule, count in counts_by_rule(others))


def _risk(finding: Finding, place: Place, analysis: Analysis) -> Iterator[str]:
    where = code_span(f"{rooted(place.path) or place.path}:{place.line}")
    yield f"{_LABELS[finding.severity]} in {where} ({code_span(finding.rule)})"
    yield ""
    yield markdown(finding)
    yield ""
    fixes = fixes_of(analysis, finding)
    fix, plan = usual_fix(fixes), plan_of(fixes)
    if fix is not None:
        yield f"Fix: {prose(fix.title)}. {code_span(f'refract fix --finding {shell(finding.key)}')}"
        yield ""
    if plan is not None and not any(isinstance(action, FollowRecipe) for action in finding.now):
        yield f"Or in safe steps: {code_span(plan_command(plan))}"
        yield ""
    yield "---"
    yield ""


def _locks(runbook: Runbook | None) -> Iterator[str]:
    """The statements that make queries wait or that take time, in the order in which they run."""
    for migration in runbook.migrations if runbook else ():
        for statement in migration.statements:
            if statement.is_not_followed or any(cost.operation.blocks in BLOCKING for cost in statement.costs):
                yield from statement_lines(statement)


def _ways_back(runbook: Runbook | None) -> Iterator[str]:
    if runbook is None:
        return
    yield from (f"- {limit(found)}" for found in runbook.no_return)
    yield from (f"- {_way_back(way)}" for way in runbook.ways_back)
    yield ""
    yield "`refract runbook` prints the whole checklist."


def _way_back(way: WayBack) -> str:
    match way:
        case UndoStep(step=step, back=back):
            return f"{step_label(step)}: run {code_span(back)}."
        case UndoMigration(migration=name, lost=lost):
            sentences = " ".join(loss_sentences(lost))
            return f"{code_span(name)}: {code_span(f'refract rollback {shell(name)}')} writes the SQL. {sentences}".rstrip()
        case NothingToUndo(migration=name):
            return f"{code_span(name)}: nothing to undo."


def _plan(progress: Progress) -> str:
    step = f" {prose(progress.step.title)}." if progress.step else ""
    return f"- {code_span(progress.plan.name)}: {prose(standing(progress))}.{step}"


def _not_judged(analysis: Analysis) -> Iterator[str]:
    compared = coverage(analysis)
    if compared.base is None or compared.not_followed:
        yield from (f"- {prose(sentence)}" for sentence in scope(compared, 1))
    yield from (f"- {prose(one_line(line))}" for line in problem_lines(analysis, analysis.problems))


def _cut(text: str) -> str:
    """The text within the limit of a comment, cut at a line."""
    if len(text) <= _MOST_BYTES:
        return text
    return f"{text[:_MOST_BYTES].rpartition(chr(10))[0]}\n\nThe rest was cut. Run `refract check`.\n"
