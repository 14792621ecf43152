"""The one door to the analysis, for the editor and the command line: Project -> Snapshot -> Analysis."""

from refract.project.analysis import Analysis, analyse
from refract.project.files import ProjectFiles, find_projects, holds_migrations, is_left_alone
from refract.project.reading import Unreadable, read_text
from refract.project.snapshot import CannotAnalyse, Snapshot, open_project

__all__ = [
    "Analysis",
    "CannotAnalyse",
    "ProjectFiles",
    "Snapshot",
    "Unreadable",
    "analyse",
    "find_projects",
    "holds_migrations",
    "is_left_alone",
    "open_project",
    "read_text",
]
