"""Plans as the editor and the command line use them: start one, take a step, undo it, confirm it, end it.

Nothing here writes: each function returns the file changes, or raises CannotPlan with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from refract import clock, git
from refract.actions.beginning import beginning_files
from refract.actions.fixing import new_migrations
from refract.analysis.open_plans import new_plan, recipe_named
from refract.analysis.result import Analysis
from refract.escaping import code_span
from refract.plans import Plan, PlanStep, Progress, State
from refract.plans.expected import divergences
from refract.plans.fitting import what_does_not_fit
from refract.plans.scripts import scripts_of
from refract.plans.taking import (
    Existing,
    MigrationPath,
    OpenPlan,
    abandon_plan,
    confirm_step,
    last_taken,
    take_step,
    take_step_back,
)
from refract.recipes.base import CannotPlan, Situation, answers_for
from refract.recipes.dropping import still_hanging
from refract.rendering.progress import standing
from refract.text import FileChange

Changes = tuple[FileChange, ...]


class WaitsForPeople(CannotPlan):
    """The current step is written: the user has to finish it and confirm that."""


class Unreadable(CannotPlan):
    """The schema or a migration cannot be read whole: the analysis has the problems. No step was taken."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(f"No step was taken. Fix this problem first: {analysis.problems[0].message}")
        self.analysis = analysis


class NothingToConfirm(CannotPlan):
    """The current step is done by its migrations, or has not been taken."""


def plan_named(analysis: Analysis, name: str | None) -> Progress:
    """A plan by its name; with None, the one that can be meant."""
    progress = analysis.plans
    if name is None:
        return _only(progress)
    found = next((p for p in progress if p.plan.name == name.removesuffix(".toml")), None)
    if found is None:
        problems = analysis.snapshot.plans.problems
        broken = [p.message for p in problems if Path(p.origin.path).stem == name.removesuffix(".toml")]
        raise CannotPlan(broken[0] if broken else f"No plan is called {name!r}.")
    return found


def start_plan(analysis: Analysis, recipe: str, subject: str, given: Mapping[str, str], name: str = "") -> Plan:
    """The plan of a recipe. No step is taken yet, and its file is still to be written."""
    _must_be_readable(analysis)
    found = recipe_named(recipe)
    answers = answers_for(found, subject, given)
    same = (p for p in analysis.plans if p.is_open and (p.plan.recipe, p.plan.answers) == (recipe, answers))
    for progress in same:
        raise CannotPlan(f"Plan {progress.plan.name} already makes this change ({standing(progress)}).")
    snapshot, lowered = analysis.snapshot, analysis.lowered
    situation = Situation(
        snapshot.tree,
        lowered.provider,
        analysis.versions,
        answers,
        snapshot.settings.plans,
        lowered,
        snapshot.baseline.database,
    )
    return new_plan(snapshot.files, found, situation, analysis.plans, name)


def take_next_step(analysis: Analysis, progress: Progress) -> Changes:
    """Take the current step: the edits of the schema, the migrations, the plan's file. In a project without migrations
    the beginning of their history is written first.
    """
    _must_be_readable(analysis)
    number, _ = current_step(progress)
    if progress.waits_for_people:
        raise WaitsForPeople(f"Step {number + 1} of {progress.plan.name} waits for you.")
    _must_be_as_left(analysis, progress)
    plan, tree, path = _file_of(analysis, progress), analysis.snapshot.tree, _new_migrations(analysis)
    _nothing_may_hang_on(analysis, plan.plan.steps[number], number)
    beginning = beginning_files(analysis, path) if plan.plan.steps[number].migrations else ()
    return (*beginning, *take_step(plan, number, tree, _existing(analysis, plan.plan, number), path))


def _must_be_as_left(analysis: Analysis, progress: Progress) -> None:
    """Raises CannotPlan if the schema or the database is no longer what the open steps were written for."""
    plan, database = progress.plan, analysis.snapshot.baseline.database
    changed = next(iter(divergences(progress, analysis.snapshot.tree)), None)
    if changed is not None:
        raise CannotPlan(
            f"{code_span(changed.name)} is not as step {changed.number + 1} of {plan.name} needs it. Undo that edit: "
            f"`refract check` shows how. Or run {code_span(f'refract plan back {plan.name}')}, "
            f"then {code_span(f'refract plan abandon {plan.name}')}."
        )
    step = progress.step
    written = [m for m in step.migrations if m.folder in analysis.snapshot.plans.migrations] if step else []
    misfit = (
        what_does_not_fit(step.migrations, plan, database, analysis.lowered.provider) if step and not written else ""
    )
    if misfit:
        raise CannotPlan(
            f"The database has changed since {plan.name} was made: {misfit}. No step was taken. "
            f"Undo the other change first, or run {code_span(f'refract plan abandon {plan.name}')}."
        )


def take_last_step_back(analysis: Analysis, progress: Progress) -> Changes:
    """Undo the last step: its undo as migrations, its edits of the schema reversed."""
    _must_be_readable(analysis)
    number = last_taken(progress)
    if number is None:
        raise CannotPlan(f"No step of {progress.plan.name} has been taken.")
    plan, tree = _file_of(analysis, progress), analysis.snapshot.tree
    return take_step_back(plan, number, tree, _existing(analysis, plan.plan, number), _new_migrations(analysis))


def confirm_current_step(analysis: Analysis, progress: Progress, by: str = "") -> Changes:
    """Confirm the current step. `by` is by default the user that git is configured for."""
    _must_be_readable(analysis)
    number, step = current_step(progress)
    if not step.needs_confirmation:
        raise NothingToConfirm(
            f"Step {number + 1} of {progress.plan.name} needs no confirmation. It is done when its migrations exist."
        )
    if progress.states[number] is State.NEXT and step.writes:
        raise NothingToConfirm(f"Step {number + 1} of {progress.plan.name} has not been taken yet.")
    return confirm_step(_file_of(analysis, progress), number, by or git_user(analysis))


def end_plan(analysis: Analysis, progress: Progress, why: str = "") -> Changes:
    """Abandon a plan. What it has built stays."""
    current_step(progress)
    return abandon_plan(_file_of(analysis, progress), why or "no reason given")


def current_step(progress: Progress) -> tuple[int, PlanStep]:
    """The current step of an open plan, and its number (from 0)."""
    number, step = progress.number, progress.step
    if not progress.is_open or number is None or step is None:
        raise CannotPlan(f"Plan {progress.plan.name} has no steps left ({standing(progress)}).")
    return number, step


def git_user(analysis: Analysis) -> str:
    """The user that git is configured for."""
    return git.user_name(analysis.snapshot.files.schema) or "unknown"


def _only(progress: tuple[Progress, ...]) -> Progress:
    open_ones = [p for p in progress if p.is_open]
    if len(open_ones) == 1 or len(progress) == 1:
        return (open_ones or progress)[0]
    names = ", ".join(p.plan.name for p in open_ones or progress)
    raise CannotPlan(f"Several plans are open: {names}. Name one." if names else "There are no plans.")


def _must_be_readable(analysis: Analysis) -> None:
    """A step is made of a schema that can be read whole, and of nothing less."""
    if analysis.problems:
        raise Unreadable(analysis)


def _file_of(analysis: Analysis, progress: Progress) -> OpenPlan:
    return next(p for p in analysis.snapshot.plans.open if p.plan is progress.plan)


def _nothing_may_hang_on(analysis: Analysis, step: PlanStep, number: int) -> None:
    """Raises CannotPlan if the server would refuse the step for something that hangs on what it drops, or drop that too."""
    built, provider = analysis.snapshot.baseline.database, analysis.lowered.provider
    for found in still_hanging(step.migrations, built, provider):
        subject, need = code_span(found.subject), "needs" if len(found.users) == 1 else "need"
        if found.lost:
            raise CannotPlan(
                f"Step {number + 1} would drop {found.things} together with {subject}. First, {found.advice}"
            )
        raise CannotPlan(f"Step {number + 1} cannot drop {subject}, which {found.things} {need}. First, {found.advice}")


def _existing(analysis: Analysis, plan: Plan, number: int) -> Existing:
    scripts = scripts_of(plan, plan.steps[number])
    written = frozenset(script.path for script in scripts if Path(script.path).exists())
    return Existing(analysis.snapshot.plans.migrations, written)


def _new_migrations(analysis: Analysis) -> MigrationPath:
    return new_migrations(analysis, clock.now())
