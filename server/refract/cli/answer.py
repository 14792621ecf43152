"""Makes the answer of `refract check`: analyses the projects and reports what was found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import evolve

from refract.analysis.baseline_choice import GitProblem
from refract.analysis.result import Analysis
from refract.analysis.snapshot import open_project
from refract.analysis.with_code import analyse_with_code
from refract.cli.answer_memory import Answer, source_state
from refract.cli.failing import fails
from refract.cli.junit import junit
from refract.cli.options import Options
from refract.cli.places import Places
from refract.cli.pull_request import pull_request
from refract.cli.report import concise, report, statistics
from refract.cli.sarif import sarif
from refract.cli.services import github, gitlab
from refract.cli.shapes import analyses_as_json, dumps
from refract.cli.terminal import CannotRun, complaint, patience, shown_path
from refract.escaping import one_line
from refract.workspace.failure import CannotAnalyse
from refract.workspace.projects import ProjectFiles

_READ_BY_PEOPLE = ("text", "concise")


def answer_for(projects: Iterable[ProjectFiles], base: str | None, options: Options) -> Answer:
    """What `check` reports about `projects`. Raises CannotRun when none of the projects can be analysed."""
    projects = tuple(projects)
    analyses, reasons = analysed(projects, base)
    if options.only:
        analyses = [_about(analysis, str(Path(options.only).absolute())) for analysis in analyses]
    complaints = [*map(complaint, reasons), *(c for a in analyses for c in _complaints(a))]
    failing = [a for a in analyses if _fails(a, options.fail_on or (a.snapshot.settings.fail_on,))]
    uses_code = any(analysis.snapshot.code.known for analysis in analyses)
    source = source_state(projects) if uses_code else ""
    out = _output(analyses, options)
    if reasons and options.output in _READ_BY_PEOPLE:
        out += f"Incomplete: {len(reasons)} of {len(projects)} projects could not be analysed.\n"
    git_failed = any(isinstance(problem, GitProblem) for analysis in analyses for problem in analysis.problems)
    code = 2 if complaints else int(bool(failing))
    return Answer(code, out, _text(complaints), source, is_lasting=not git_failed)


def analysed(projects: Iterable[ProjectFiles], base: str | None) -> tuple[list[Analysis], list[str]]:
    """The analyses of the projects, and why others have none. Raises CannotRun when there is none at all."""
    analyses: list[Analysis] = []
    reasons: list[str] = []
    for project in projects:
        try:
            with patience(f"Reading {shown_path(project.schema)} and its migrations ..."):
                analyses.append(analyse_with_code(open_project(project, base=base, environment=os.environ)))
        except CannotAnalyse as error:
            reasons.append(str(error))
    if reasons and not analyses:
        raise CannotRun("\n".join(dict.fromkeys(reasons)))
    return analyses, list(dict.fromkeys(reasons))


def _output(analyses: list[Analysis], options: Options) -> str:
    match options.output:
        case "json":
            return f"{dumps(analyses_as_json(analyses))}\n"
        case "sarif":
            return f"{sarif(analyses)}\n"
        case "github":
            return _text(filter(None, [github(analyses)]))
        case "gitlab":
            return f"{gitlab(analyses)}\n"
        case "junit":
            return f"{junit(analyses)}\n"
        case "markdown":
            return pull_request(analyses)
        case _:
            shown = statistics if options.counts else concise if options.output == "concise" else report
            return _text(line for analysis in analyses for line in shown(analysis, options))


def _about(analysis: Analysis, path: str) -> Analysis:
    """The analysis with the findings in one file only."""
    wanted = os.path.normpath(path)
    if not Path(wanted).exists():
        _require_judged(analysis, wanted)
    places = ((finding, analysis.place(finding)) for finding in analysis.findings)
    inside = tuple(finding for finding, place in places if place and place.path == wanted)
    return evolve(analysis, findings=inside, silenced=(), accepted=(), outdated=())


def _require_judged(analysis: Analysis, draft: str) -> None:
    """Raises CannotRun if a draft of a migration was not judged, so that no findings would mean nothing."""
    branch = analysis.snapshot.branch
    if branch is None or all(new.judged.path != draft for new in branch.migrations):
        reason = analysis.snapshot.no_base or "the migrations are for another database"
        raise CannotRun(f"Cannot judge SQL as the next migration: {reason}.")


def _fails(analysis: Analysis, thresholds: Iterable[str]) -> bool:
    return any(fails(finding, thresholds) for finding in analysis.findings)


def _complaints(analysis: Analysis) -> Iterator[str]:
    places = Places(analysis.snapshot.tree.documents)
    for problem in analysis.problems:
        place = places.find(analysis.locate_problem(problem))
        yield complaint(one_line(f"{place.path}:{place.line}:{place.column}: {problem.message}"))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
