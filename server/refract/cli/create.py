"""`refract create`: writes the pending migration, as `prisma migrate dev --create-only` would, without a database."""

from __future__ import annotations

from pathlib import Path

from refract.actions.pending_migration import pending_files
from refract.analysis import Analysis, analyse, open_project
from refract.cli.places import Places
from refract.cli.projects import project_here, projects_at
from refract.cli.terminal import CannotRun, complain, patience, say, shown_path
from refract.cli.writing import write_changes
from refract.workspace import CannotAnalyse, ProjectFiles


def run(name: str | None, path: str | None) -> int:
    """Write what the project at `path` (default: the one here) has pending. Returns the exit code."""
    analysis = analysis_of(project_named(path))
    if analysis.problems:
        _tell(analysis)
        return 2
    files = pending_files(analysis, name)
    for written in write_changes(files):
        say(f"{shown_path(written)}\n")
    if not files:
        say("Nothing is pending: the migrations build what the schema asks for.\n")
    return 0


def project_named(path: str | None) -> ProjectFiles:
    """The project at `path`, or the one here. Raises CannotRun."""
    if path is None:
        return project_here()
    found = projects_at(Path(path))
    if len(found) != 1:
        raise CannotRun(f"{path} holds {len(found) or 'no'} projects that Refract reads: give the schema of one.")
    return found[0]


def analysis_of(files: ProjectFiles) -> Analysis:
    """The analysis of a project. Raises CannotRun where there is none."""
    try:
        with patience(f"Reading {shown_path(files.schema)} and its migrations ..."):
            return analyse(open_project(files))
    except CannotAnalyse as error:
        raise CannotRun(str(error)) from error


def _tell(analysis: Analysis) -> None:
    """What cannot be read stands in the way: a migration made of the rest would drop it."""
    places = Places(analysis.snapshot.tree.documents)
    for problem in analysis.problems:
        place = places.find(analysis.locate_problem(problem))
        complain(f"{place.path}:{place.line}:{place.column}: {problem.message}")
    complain("no migration is written while something cannot be read.")
