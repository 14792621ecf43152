"""Compares two databases: the changes from one to the other, and which of them are probably renames."""

from refract.diff.compare import Diff, diff
from refract.diff.renames import ProbableRename, named_alike, probable_renames

__all__ = ["Diff", "ProbableRename", "diff", "named_alike", "probable_renames"]
