"""How rules read plans, and the places of their findings."""

from __future__ import annotations

from collections.abc import Iterator

from refract.plans import Plan, PlanStep, Progress, State
from refract.plans.subject import edit_now, targets_of
from refract.recipes.schema_edits import SchemaEdit
from refract.rules.kit.context import PlansInView, RuleContext
from refract.source import Target
from refract.syntax import SchemaTree
from refract.text import Origin, Span


def in_view(context: RuleContext) -> Iterator[tuple[PlansInView, Progress]]:
    """Each unfinished plan."""
    view = context.plans
    if view is not None:
        yield from ((view, progress) for progress in view.progress)


def head_of(plan: Plan) -> Origin:
    """The beginning of a plan's file."""
    return Origin(plan.path, "", Span(0, 0))


def taken_steps(progress: Progress) -> Iterator[PlanStep]:
    """The steps that have been taken."""
    for step, state in zip(progress.plan.steps, progress.states, strict=True):
        if state in (State.DONE, State.WAITING):
            yield step


def open_steps(progress: Progress) -> Iterator[tuple[int, PlanStep]]:
    """The steps that are still to be taken, with their numbers (from 0)."""
    for number, state in enumerate(progress.states):
        if state in (State.NEXT, State.LATER):
            yield number, progress.plan.steps[number]


def edits_now(step: PlanStep, plan: Plan, tree: SchemaTree) -> tuple[SchemaEdit, ...]:
    """The edits of a step, on the models as they are called now."""
    return tuple(edit_now(edit, plan, tree) for edit in step.schema)


def ended_by(progress: Progress, tree: SchemaTree) -> Iterator[tuple[int, Target]]:
    """The fields and models that no app instance may use after the steps already taken, with the number of the step
    (from 0).
    """
    for number, (step, state) in enumerate(zip(progress.plan.steps, progress.states, strict=True)):
        if state in (State.DONE, State.WAITING):
            yield from ((number, target) for target in targets_of(step, progress.plan, tree))
