"""The status of a plan, in a few words."""

from __future__ import annotations

from refract.escaping import code_span
from refract.plans import Plan, Progress
from refract.plans.stages import Stage


def standing(progress: Progress) -> str:
    """The next step and who acts, or that the plan is finished."""
    total = len(progress.plan.steps)
    if progress.plan.abandoned:
        return "abandoned"
    if progress.number is None or progress.step is None:
        return "all steps are done"
    waits = ", waiting for your deploy" if progress.waits_for_people else ""
    return f"step {progress.number + 1} of {total}: {progress.step.phase}{waits}"


def stage_sentence(stage: Stage, base: str) -> str:
    """How far a taken step has come; `base` is the branch that work is merged into."""
    match stage:
        case Stage.WRITTEN:
            return f"written, not on {base or 'the base branch'} yet"
        case Stage.MERGED:
            return f"on {base or 'the base branch'}"
        case Stage.DEPLOYED:
            return "deployed"


def commit_sentence(base: str) -> str:
    """What is done with files that a step has written; empty if git does not know them."""
    return f"Commit these files and merge them into {code_span(base)}." if base else ""


def finished_sentence(plan: Plan, path: str) -> str:
    """What is done with the file of a plan that has ended."""
    return f"Plan {plan.name} is finished. Delete {path} and commit that: nothing else reads it."
