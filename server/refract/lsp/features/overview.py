"""Everything a side bar shows of a project: pending changes, the status of each plan, new migrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from refract.actions.pending_migration import newest_migration, summary
from refract.actions.plan_stages import stages
from refract.analysis import Analysis
from refract.analysis.coverage import coverage
from refract.lsp import convert
from refract.lsp.open_project import OpenProject
from refract.lsp.session import Session
from refract.plans import PlanStep, Progress, State
from refract.rendering.acts import instruction, limits, step_numbers
from refract.rendering.changes import described, replaced
from refract.rendering.progress import standing
from refract.rendering.servers import SERVER_NAMES
from refract.rules.kit.finding import Judged, Severity
from refract.schema.changes import Change
from refract.text import Location
from refract.wording import counted

OVERVIEW = "refract.overview"
MOST = 500
"""Changes that are listed: more would not be read."""

_RENAMES = ("rename-field", "rename-model", "rename-enum", "rename-enum-value")
_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


def overview(session: Session, project: OpenProject) -> dict[str, Any]:
    """The project as `refract.overview` returns it; docs/editor-protocol.md has its parts."""
    files = project.files
    failures = [project.failure] if project.failure else []
    place = {"schema": convert.to_uri(str(files.schema)), "root": convert.to_uri(str(files.root))}
    return place | (_analysed(session, project.analysis, failures) if project.analysis else _unread(failures))


def _unread(failures: list[str]) -> dict[str, Any]:
    return {
        "provider": "",
        "baseline": "",
        "read": "",
        "state": "up to date",
        "status": "not read",
        "pending": {"summary": "not read", "changes": []},
        "plans": [],
        "migrations": [],
        "problems": failures,
    }


def _analysed(session: Session, analysis: Analysis, failures: list[str]) -> dict[str, Any]:
    pending = summary(analysis)
    return {
        "provider": analysis.lowered.provider.name,
        "baseline": analysis.snapshot.baseline.detail,
        "read": _read(analysis),
        "state": "risky" if pending.risky or pending.written else "pending" if pending.changes else "up to date",
        "status": pending.shortest,
        "pending": {"summary": str(pending), "changes": list(_changes(session, analysis))},
        "plans": [_plan(progress, analysis) for progress in analysis.plans],
        "migrations": list(_migrations(analysis)),
        "problems": [*failures, *(problem.message for problem in analysis.problems)],
    }


def _read(analysis: Analysis) -> str:
    """What was read and compared, in a few words, for a new user."""
    found = coverage(analysis)
    migrations = counted(found.migrations, "migration")
    base = f"base {found.base}" if found.base else ""
    return ", ".join(
        filter(None, (migrations, SERVER_NAMES[analysis.versions.flavour or analysis.lowered.provider.name], base))
    )


def _changes(session: Session, analysis: Analysis) -> Iterator[dict[str, Any]]:
    worst: dict[int, Severity] = {}
    for finding in analysis.findings:
        if finding.judged is Judged.SCHEMA and finding.change is not None:
            known = worst.get(id(finding.change), finding.severity)
            worst[id(finding.change)] = max(known, finding.severity, key=_RANK.__getitem__)
    databases = analysis.database, analysis.snapshot.baseline.database
    renames = {id(rename.added): rename for rename in analysis.diff.renames}
    dropped = {id(rename.dropped) for rename in analysis.diff.renames}
    for change in [change for change in analysis.diff.changes if id(change) not in dropped][:MOST]:
        severity, rename = worst.get(id(change)), renames.get(id(change))
        yield {
            "text": replaced(rename, *databases) if rename else described(change, *databases),
            "severity": str(severity) if severity else None,
            "location": _location(session, _place(analysis, change)),
        }


def _place(analysis: Analysis, change: Change) -> Location | None:
    return analysis.locate(change.origin) or analysis.datasource


def _location(session: Session, place: Location | None) -> dict[str, Any] | None:
    document = session.document(place.path) if place else None
    if place is None or document is None:
        return None
    found = convert.to_location(place, document, session.abilities.encoding)
    ends = {
        name: {"line": end.line, "character": end.character}
        for name, end in (("start", found.range.start), ("end", found.range.end))
    }
    return {"uri": found.uri, "range": ends}


def _plan(progress: Progress, analysis: Analysis) -> dict[str, Any]:
    plan = progress.plan
    known = zip(plan.steps, progress.states, stages(analysis, progress), strict=True)
    return {
        "name": plan.name,
        "title": plan.title,
        "label": _label(progress),
        "uri": convert.to_uri(plan.path),
        "status": standing(progress),
        "open": progress.is_open,
        "step": None if progress.number is None else progress.number + 1,
        "steps": [
            {**_step(number, step, state, analysis, step_numbers(plan)), "stage": stage and str(stage)}
            for number, (step, state, stage) in enumerate(known, 1)
        ],
    }


def _label(progress: Progress) -> str:
    """A plan in a row that is cut off on the right: how far it is, then what it is about."""
    plan = progress.plan
    subject = plan.title.partition(" ")[2]
    about = f"{subject} → {plan.answers['to']}" if plan.recipe in _RENAMES and "to" in plan.answers else plan.title
    done = len(plan.steps) if progress.number is None else progress.number + 1
    return f"{done}/{len(plan.steps)} {about}"


def _step(number: int, step: PlanStep, state: State, analysis: Analysis, numbers: Mapping[str, int]) -> dict[str, Any]:
    known = analysis.snapshot.plans.migrations
    return {
        "number": number,
        "phase": str(step.phase),
        "title": step.title,
        "state": str(state),
        "before": list(map(instruction, step.before)),
        "after": list(map(instruction, step.after)),
        "check": step.check,
        "limits": list(limits(step, numbers)),
        "migrations": [
            {
                "name": migration.folder or migration.name,
                "uri": convert.to_uri(known[migration.folder].path) if migration.folder in known else None,
                "sql": migration.sql,
            }
            for migration in step.migrations
        ],
    }


def _migrations(analysis: Analysis) -> Iterator[dict[str, Any]]:
    """Those that are new on this branch, and the last one."""
    branch = analysis.snapshot.branch
    new = [(m.judged.name, m.judged.path) for m in branch.migrations] if branch else []
    worst = _worst_by_file(analysis)
    for name, path in new:
        yield {"name": name, "uri": convert.to_uri(path), "new": True, "severity": worst.get(path)}
    last = newest_migration(analysis.snapshot.files)
    if last is not None and last.parent.name not in {name for name, _ in new}:
        uri = convert.to_uri(str(last))
        yield {"name": last.parent.name, "uri": uri, "new": False, "severity": worst.get(str(last))}


def _worst_by_file(analysis: Analysis) -> dict[str, str]:
    """The severity of the worst finding in each file."""
    worst: dict[str, Severity] = {}
    for finding in analysis.findings:
        place = analysis.place(finding)
        if place is not None:
            worst[place.path] = max(worst.get(place.path, finding.severity), finding.severity, key=_RANK.__getitem__)
    return {path: str(severity) for path, severity in worst.items()}
