"""How far a taken step has come: written in this branch, merged into the base branch, or known to be deployed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from refract.plans.model import PlanStep
from refract.plans.status import Progress, State
from refract.plans.subject import edit_now
from refract.recipes.schema_edits import all_hold
from refract.syntax import SchemaTree


class Stage(StrEnum):
    """Of a step that has been taken. Only a confirmation shows that it is deployed: its own, or that of a later step."""

    WRITTEN = "written"
    MERGED = "merged"
    DEPLOYED = "deployed"


Stages = tuple[Stage | None, ...]
"""One for each step of a plan; None for a step that has not been taken, or that writes nothing."""


def stages_of(progress: Progress, is_new: Callable[[str], bool], base: Callable[[], SchemaTree | None]) -> Stages:
    """`is_new`: whether the base branch lacks a migration; `base` reads the schema there, None if it has none."""
    steps = progress.plan.steps
    confirmed = max((number for number, step in enumerate(steps) if step.confirmed is not None), default=-1)
    found: list[Stage | None] = []
    for number, (step, state) in enumerate(zip(steps, progress.states, strict=True)):
        if state not in (State.DONE, State.WAITING) or not (step.writes or step.confirmed):
            found.append(None)
        elif number <= confirmed:
            found.append(Stage.DEPLOYED)
        else:
            found.append(Stage.MERGED if _is_merged(progress, step, is_new, base) else Stage.WRITTEN)
    return tuple(found)


def _is_merged(
    progress: Progress, step: PlanStep, is_new: Callable[[str], bool], base: Callable[[], SchemaTree | None]
) -> bool:
    folders = [migration.folder for migration in step.migrations if migration.folder]
    if folders:
        return not any(map(is_new, folders))
    tree = base()
    return tree is not None and all_hold(tree, [edit_now(edit, progress.plan, tree) for edit in step.schema])
