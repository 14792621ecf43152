"""Makes the answer of `refract check`: analyses the projects and says what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.cli.memory import Answer
from refract.cli.places import Places
from refract.cli.report import report
from refract.cli.shapes import analyses_as_json, dumps
from refract.cli.terminal import CannotRun, complaint, patience, shown_path
from refract.project.analysis import Analysis, analyse
from refract.project.failure import CannotAnalyse
from refract.project.files import ProjectFiles
from refract.project.snapshot import open_project
from refract.rules.base import Severity

_FAILING = {
    "error": frozenset({Severity.ERROR}),
    "warning": frozenset({Severity.ERROR, Severity.WARNING}),
    "never": frozenset[Severity](),
}


def answer_for(projects: Iterable[ProjectFiles], base: str | None, output: str, fail_on: str) -> Answer:
    """What `check` says about `projects`. Raises CannotRun when none of them can be analysed."""
    analyses: list[Analysis] = []
    reasons: list[str] = []
    for project in projects:
        try:
            with patience(f"Reading {shown_path(project.schema)} and its migrations ..."):
                analyses.append(analyse(open_project(project, base=base)))
        except CannotAnalyse as error:
            reasons.append(str(error))
    if reasons and not analyses:
        raise CannotRun("\n".join(dict.fromkeys(reasons)))
    if output == "json":
        lines = [dumps(analyses_as_json(analyses))]
    else:
        lines = [line for analysis in analyses for line in report(analysis)]
    complaints = [*map(complaint, dict.fromkeys(reasons)), *(c for a in analyses for c in _complaints(a))]
    return Answer(_exit_code(analyses, fail_on, complaints), _text(lines), _text(complaints))


def _exit_code(analyses: list[Analysis], fail_on: str, complaints: list[str]) -> int:
    if complaints:
        return 2
    return int(any(finding.severity in _FAILING[fail_on] for a in analyses for finding in a.findings))


def _complaints(analysis: Analysis) -> Iterator[str]:
    places = Places(analysis.snapshot.tree.documents)
    for problem in analysis.problems:
        place = places.find(analysis.locate_problem(problem))
        yield complaint(f"{place.path}:{place.line}:{place.column}: {problem.message}")


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
