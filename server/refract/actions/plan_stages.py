"""How far the steps of a plan have come, by git and by confirmations."""

from __future__ import annotations

from refract.analysis.result import Analysis
from refract.plans import Progress
from refract.plans.stages import Stage, Stages, stages_of


def stages(analysis: Analysis, progress: Progress) -> Stages:
    """The stage of each step; without git, only what was confirmed is known."""
    branch = analysis.snapshot.branch
    if branch is None:
        return tuple(Stage.DEPLOYED if step.confirmed else None for step in progress.plan.steps)
    return stages_of(progress, branch.history.is_new, branch.deployed)


def base_name(analysis: Analysis) -> str:
    """The branch that work is merged into, as the user calls it; empty if it is not known."""
    branch = analysis.snapshot.branch
    return branch.history.base if branch else ""


def is_unmerged(analysis: Analysis, progress: Progress) -> bool:
    """Whether the current step is written, and the base branch does not have it yet."""
    return progress.number is not None and stages(analysis, progress)[progress.number] is Stage.WRITTEN
