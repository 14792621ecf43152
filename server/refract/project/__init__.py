"""The one door to the analysis, for the editor and the command line: Project -> Snapshot -> Analysis."""

from refract.project.analysis import Analysis, analyse
from refract.project.failure import CannotAnalyse
from refract.project.files import ProjectFiles, find_projects, holds_migrations, only_left_alone, prisma_project
from refract.project.reading import Unreadable, read_text
from refract.project.snapshot import Snapshot, open_project, read_baseline
from refract.project.sources import Comparison, compare

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
    "read_text",
]
