"""The project that a command is about, or one clear message why there is none."""

from __future__ import annotations

from pathlib import Path

from refract.cli.terminal import CannotRun, shown_path
from refract.project.files import ProjectFiles, find_projects, only_left_alone, prisma_project


def projects_at(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at `path`; none when all schemas there are of a language that Refract leaves alone.

    Raises CannotRun when nothing is there.
    """
    if not path.exists():
        raise CannotRun(f"{path} does not exist. Give the path of a Prisma project or schema.")
    projects = find_projects(path)
    if not projects and not only_left_alone(path):
        raise CannotRun(
            f"no Prisma schema found in {path}. Refract looks for prisma.config.ts, the prisma key of package.json, "
            "prisma/schema.prisma, schema.prisma and any .prisma file with a datasource. Give the path of the schema."
        )
    return projects


def project_here() -> ProjectFiles:
    """The project of the current folder.

    Raises CannotRun when there is none, or several and none of them is Prisma's own choice.
    """
    here = Path.cwd()
    own = prisma_project(here)
    projects = (own,) if own else projects_at(here)
    if len(projects) == 1:
        return projects[0]
    schemas = ", ".join(shown_path(project.schema) for project in projects) or "none that Refract reads"
    raise CannotRun(f"which project? Say with --from and --to, or run in the folder of one of: {schemas}")
