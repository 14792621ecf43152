"""`refract check`: the findings of every project at a path."""

from __future__ import annotations

from pathlib import Path

import click

from refract.cli.places import Places, shown_path
from refract.cli.projects import projects_at
from refract.cli.report import report
from refract.cli.shapes import analyses_as_json, dumps
from refract.cli.terminal import CannotRun, colours, complain, patience
from refract.project import Analysis, CannotAnalyse, analyse, open_project
from refract.rules.base import Severity

_FAILING = {
    "error": frozenset({Severity.ERROR}),
    "warning": frozenset({Severity.ERROR, Severity.WARNING}),
    "never": frozenset[Severity](),
}


def run(path: str, base: str | None, output: str, fail_on: str) -> int:
    """Check what is at `path` and print the findings. Returns the exit code."""
    analyses, complete = _analyse_all(Path(path), base)
    if output == "json":
        click.echo(dumps(analyses_as_json(analyses)))
    else:
        for analysis in analyses:
            click.echo("\n".join(report(analysis)), color=colours())
    for analysis in analyses:
        _complain_of_problems(analysis)
    if not complete or any(analysis.problems for analysis in analyses):
        return 2
    return int(any(finding.severity in _FAILING[fail_on] for a in analyses for finding in a.findings))


def _analyse_all(path: Path, base: str | None) -> tuple[list[Analysis], bool]:
    """The analyses of the projects at `path`, and whether all of them could be made."""
    analyses: list[Analysis] = []
    reasons: list[str] = []
    for project in projects_at(path):
        try:
            with patience(f"Reading {shown_path(project.schema)} and its migrations ..."):
                analyses.append(analyse(open_project(project, base=base)))
        except CannotAnalyse as error:
            reasons.append(str(error))
    if reasons and not analyses:
        raise CannotRun("\n".join(dict.fromkeys(reasons)))
    for reason in dict.fromkeys(reasons):
        complain(reason)
    return analyses, not reasons


def _complain_of_problems(analysis: Analysis) -> None:
    places = Places(analysis.snapshot.tree.documents)
    for problem in analysis.problems:
        place = places.find(analysis.locate_problem(problem))
        complain(f"{place.path}:{place.line}:{place.column}: {problem.message}")
