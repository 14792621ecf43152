"""Finds the projects of a workspace and reads their files.

Names are loaded when they are first used: a remembered result needs none of the analysis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refract.workspace.discovery import find_projects
    from refract.workspace.failure import CannotAnalyse
    from refract.workspace.migration_folders import holds_migrations
    from refract.workspace.projects import ProjectFiles, prisma_project

_HOMES = {
    "CannotAnalyse": "failure",
    "ProjectFiles": "projects",
    "find_projects": "discovery",
    "holds_migrations": "migration_folders",
    "prisma_project": "projects",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "CannotAnalyse",
    "ProjectFiles",
    "find_projects",
    "holds_migrations",
    "prisma_project",
]
