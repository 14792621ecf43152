"""The two sides that `diff` and `name` compare, with their problems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import click

from refract.analysis import Comparison, compare
from refract.cli.chosen_project import chosen_files
from refract.cli.places import Places
from refract.cli.projects import project_here
from refract.cli.terminal import CannotRun, complain, patience
from refract.escaping import one_line
from refract.text import Location, Problem, Span
from refract.workspace import CannotAnalyse

_ADVICE = "Pass --project with one of:"


def comparison(source: str | None, target: str | None, project: str | None = None) -> Comparison:
    """What leads from `source` to `target` in a project. Raises CannotRun when there is no answer."""
    here = partial(chosen_files, project) if project else partial(project_here, _ADVICE)
    try:
        with patience("Reading the schema and its migrations ..."):
            return compare(source, target, here)
    except CannotAnalyse as error:
        raise CannotRun(str(error)) from error


def note_if_nothing(compared: Comparison) -> None:
    """One line on standard error if nothing is pending, since the output alone does not show that."""
    if not compared.diff.changes and not compared.problems:
        click.echo("No pending changes.", err=True)


def exit_code(compared: Comparison) -> int:
    """0, or 2 after reporting on stderr what could not be read."""
    places = Places(document for tree in compared.trees for document in tree.documents)
    for problem in compared.problems:
        place = places.find(_location(problem, compared))
        complain(one_line(f"{place.path}:{place.line}:{place.column}: {problem.message}"))
    return 2 if compared.problems else 0


def _location(problem: Problem, compared: Comparison) -> Location:
    origin = problem.origin
    if not origin.block:
        return Location(origin.path, origin.span)
    found: Iterable[Location | None] = (tree.location(origin) for tree in compared.trees)
    return next((location for location in found if location), Location(origin.path, Span(0, 0)))
