"""Two databases give the changes that lead from one to the other, and which of them are probably renames."""

from refract.diff.compare import Diff, diff
from refract.diff.renames import ProbableRename

__all__ = ["Diff", "ProbableRename", "diff"]
