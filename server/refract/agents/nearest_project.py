"""The project that a command or a file belongs to. Nothing is searched above the repository that the agent works in."""

from __future__ import annotations

import os
from pathlib import Path

from refract import git
from refract.config import SettingsError, load_settings
from refract.reading import exists, is_file
from refract.workspace.discovery import find_projects
from refract.workspace.projects import ProjectFiles, configured, is_excluded, prisma_project


def project_for_command(folder: Path, schema: str) -> ProjectFiles | None:
    """The project that Prisma would use in a folder, with the schema or the configuration that a command names."""
    named = Path(os.path.normpath(folder / schema)) if schema else None
    if named and exists(named):
        found = find_projects(named if named.suffix == ".prisma" or not is_file(named) else named.parent)
        return found[0] if found else None
    above = (prisma_project(place) for place in git.upwards(folder))
    nearest = next((project for project in above if project), None)
    if nearest is not None:
        return None if is_excluded(nearest) else nearest
    below = find_projects(folder) if exists(folder) else ()
    return below[0] if len(below) == 1 else None


def project_of_file(path: Path) -> ProjectFiles | None:
    """The project that a schema file or a migration belongs to, whether the file exists or not."""
    if path.suffix == ".prisma" and exists(path):
        found = find_projects(path)
        return found[0] if found else None
    above = (_configured(prisma_project(place)) for place in git.upwards(path.parent))
    return next((project for project in above if project and _holds(project, path)), None)


def is_plan(path: Path) -> bool:
    """Whether a file is a plan of a project."""
    above = (prisma_project(place) for place in git.upwards(path.parent))
    return any(_plans_of(project) == path.parent for project in above if project)


def has_settings(path: Path, folder: Path) -> bool:
    """Whether a TOML file holds settings of a project that the agent works in: its own, or those that it extends."""
    if path.name in ("refract.toml", "pyproject.toml"):
        return True
    places = (path.parent, folder, *(project.root for project in find_projects(home_of(folder))))
    return any(path in _extended(place) for place in dict.fromkeys(places))


def home_of(folder: Path) -> Path:
    """The repository that a folder is in; the folder itself without one."""
    top = tuple(git.upwards(folder))[-1]
    return top if exists(top / ".git") else folder


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a file is below the repository that the agent works in, with links resolved."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(home_of(folder)))


def _plans_of(project: ProjectFiles) -> Path | None:
    """The folder of the plans of a project; None if its settings exclude it."""
    known = _configured(project)
    return known.plans if known else None


def _extended(folder: Path) -> tuple[Path, ...]:
    try:
        return load_settings(folder).extended
    except SettingsError:  # the analysis reports it
        return ()


def _configured(project: ProjectFiles | None) -> ProjectFiles | None:
    if project is None or is_excluded(project):
        return None
    try:
        return configured(project, load_settings(project.root))
    except SettingsError:  # the analysis reports it
        return project


def _holds(project: ProjectFiles, path: Path) -> bool:
    if path.suffix == ".sql":
        return path.is_relative_to(project.migrations)
    return path in project.schema_files or path.is_relative_to(project.schema)
