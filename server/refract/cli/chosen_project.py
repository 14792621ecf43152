"""The one project that a command is about: the one that `--project` names, or the one here. And its analysis."""

from __future__ import annotations

from pathlib import Path

import click

from refract.analysis import Analysis, analyse, open_project
from refract.cli.projects import project_here, projects_at
from refract.cli.terminal import CannotRun, patience, shown_path
from refract.cli.writing import only_writer
from refract.workspace import CannotAnalyse, ProjectFiles

_PASS_PROJECT = "Pass --project with one of:"


def chosen_analysis(path: str | None) -> Analysis:
    """The analysis of the project at `path`, or of the one here. Raises CannotRun if there is none."""
    return _analysis(chosen_files(path))


def analysis_to_change(path: str | None) -> Analysis:
    """The same, for a command that changes the project: until that ends, no other one reads it in order to change it."""
    files = chosen_files(path)
    click.get_current_context().with_resource(only_writer(files.schema.parent))
    return _analysis(files)


def chosen_files(path: str | None) -> ProjectFiles:
    """The project at `path`, or the one here. Raises CannotRun if there is none, or if there are several."""
    if path is None:
        return project_here(_PASS_PROJECT)
    projects = projects_at(Path(path))
    if len(projects) == 1:
        return projects[0]
    if not projects:
        raise CannotRun(f"Refract reads no project in {path}.")
    schemas = ", ".join(shown_path(project.schema) for project in projects)
    raise CannotRun(f"{path} holds {len(projects)} projects. {_PASS_PROJECT} {schemas}")


def in_folder(analysis: Analysis) -> str:
    """Where the commands for a project are run; empty if that is here."""
    root = shown_path(analysis.snapshot.files.root)
    return "" if root == "." else f" in {root}"


def _analysis(files: ProjectFiles) -> Analysis:
    try:
        with patience(f"Reading {shown_path(files.schema)} and its migrations ..."):
            return analyse(open_project(files))
    except CannotAnalyse as error:
        raise CannotRun(str(error)) from error
