"""The one door to the analysis, for the editor and the command line: Project -> Snapshot -> Analysis.

Names are loaded when they are first used: an answer that is remembered needs none of the analysis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refract.project.analysis import Analysis, analyse
    from refract.project.failure import CannotAnalyse
    from refract.project.files import ProjectFiles, find_projects, holds_migrations, only_left_alone, prisma_project
    from refract.project.reading import Unreadable, read_text
    from refract.project.snapshot import Snapshot, open_project, read_baseline, read_document
    from refract.project.sources import Comparison, compare

_HOMES = {
    "Analysis": "analysis",
    "CannotAnalyse": "failure",
    "Comparison": "sources",
    "ProjectFiles": "files",
    "Snapshot": "snapshot",
    "Unreadable": "reading",
    "analyse": "analysis",
    "compare": "sources",
    "find_projects": "files",
    "holds_migrations": "files",
    "only_left_alone": "files",
    "open_project": "snapshot",
    "prisma_project": "files",
    "read_baseline": "snapshot",
    "read_document": "snapshot",
    "read_text": "reading",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Analysis",
    "CannotAnalyse",
    "Comparison",
    "ProjectFiles",
    "Snapshot",
    "Unreadable",
    "analyse",
    "compare",
    "find_projects",
    "holds_migrations",
    "only_left_alone",
    "open_project",
    "prisma_project",
    "read_baseline",
    "read_document",
    "read_text",
]
