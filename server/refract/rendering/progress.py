"""The status of a plan, in a few words."""

from __future__ import annotations

from refract.plans import Progress


def standing(progress: Progress) -> str:
    """The next step and who acts, or that the plan is finished."""
    total = len(progress.plan.steps)
    if progress.plan.abandoned:
        return "abandoned"
    if progress.number is None or progress.step is None:
        return "all steps are done"
    waits = ", waiting for your deploy" if progress.waits_for_people else ""
    return f"step {progress.number + 1} of {total}: {progress.step.phase}{waits}"
