"""Finds the projects of a workspace and reads their files.

Names are loaded when they are first used: a remembered result needs none of the analysis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refract.workspace.failure import CannotAnalyse
    from refract.workspace.projects import (
        ProjectFiles,
        find_projects,
        holds_migrations,
        only_left_alone,
        prisma_project,
    )

_HOMES = {
    "CannotAnalyse": "failure",
    "ProjectFiles": "projects",
    "find_projects": "projects",
    "holds_migrations": "projects",
    "only_left_alone": "projects",
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
    "only_left_alone",
    "prisma_project",
]
