"""The project that a command is about, or one clear message why there is none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from refract.cli.terminal import CannotRun, shown_path
from refract.escaping import one_line
from refract.git import upwards
from refract.reading import exists, is_file
from refract.wording import short_path
from refract.workspace.discovery import every_project, left_alone
from refract.workspace.projects import ProjectFiles, is_excluded, prisma_project, project_root

_NO_SCHEMAS = frozenset({".json", ".toml", ".yaml", ".yml", ".md"})
"""Endings of files that are near a schema and are none."""


def projects_at(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at `path`; none when all are excluded, or in a language that Refract ignores.

    Raises CannotRun if none exists.
    """
    if not exists(path):
        raise CannotRun(f"{short_path(path)} does not exist. Pass the path of a Prisma project or schema.")
    if path.suffix in _NO_SCHEMAS and is_file(path):
        raise CannotRun(f"{path} is not a Prisma schema. Pass its folder, or a .prisma file.")
    projects = _of_migration(path) if path.suffix == ".sql" else every_project(path) or _above(path)
    beside = left_alone(path)
    _mention(beside)
    if not projects and path.suffix == ".sql" and not beside:
        raise CannotRun(f"No Prisma project found whose migrations folder contains {path}.")
    if not projects and not beside:
        raise CannotRun(
            f"No Prisma schema found in {place(path)}. Pass the path of the schema.\n"
            "Refract reads prisma.config.ts, the prisma key of package.json, prisma/schema.prisma, schema.prisma, "
            "and any .prisma file with a datasource."
        )
    return tuple(project for project in projects if not is_excluded(project))


def place(path: Path) -> str:
    """A folder in words."""
    return "this folder" if path == Path() else str(path)


def _mention(of_prisma_8: Sequence[Path]) -> None:
    """One line on standard error for what is of Prisma 8, if anything is."""
    if not of_prisma_8:
        return
    first, others = one_line(shown_path(of_prisma_8[0])), len(of_prisma_8) - 1
    those = f"{first} and {others} more are" if others else f"{first} is"
    click.echo(
        f"{those} for Prisma 8, which keeps other migrations. Refract does not read them, so nothing was checked there.",
        err=True,
    )


def _above(path: Path) -> tuple[ProjectFiles, ...]:
    """The project that the current folder is a part of, as git looks for a repository: the nearest one above it."""
    here = Path.cwd()
    if path.absolute() != here or left_alone(path):
        return ()
    above = (prisma_project(folder) for folder in tuple(upwards(here))[1:])
    nearest = next((project for project in above if project), None)
    return (nearest,) if nearest else every_project(project_root(here))


def _of_migration(file: Path) -> tuple[ProjectFiles, ...]:
    """The project that a migration's file belongs to."""
    file = Path(os.path.normpath(file.absolute()))
    for folder in upwards(file.parent):
        for project in every_project(folder):
            if file.is_relative_to(project.migrations):
                return (project,)
    return ()


def project_here(advice: str) -> ProjectFiles:
    """The project of the current folder.

    Raises CannotRun if there is none, or if there are several and none of them is Prisma's own choice: `advice` is how
    to choose one of those.
    """
    here = Path.cwd()
    own = prisma_project(here)
    projects = (own,) if own else projects_at(here)
    if len(projects) == 1:
        return projects[0]
    if not projects:
        raise CannotRun("Refract reads no project in this folder.")
    schemas = ", ".join(shown_path(project.schema) for project in projects)
    raise CannotRun(f"Several projects found. {advice} {schemas}")
