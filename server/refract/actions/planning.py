"""What a person asks of the plans of a project: a new one, a step, a step back, their word.

The one door for the editor and the command line. Nothing here writes: each function answers with the file changes that
do what was asked, or raises CannotPlan with what stands in the way.
"""

from __future__ import annotations

from collections.abc import Mapping

from refract import clock, git
from refract.actions.fixing import new_migrations
from refract.analysis.open_plans import new_plan, recipe_named
from refract.analysis.result import Analysis
from refract.plans import Plan, PlanStep, Progress, State
from refract.plans.taking import MigrationPath, OpenPlan, abandoned, confirmed, last_taken, taken, taken_back
from refract.recipes.base import CannotPlan, Situation, answers_for
from refract.text import FileChange

Changes = tuple[FileChange, ...]


class WaitsForPeople(CannotPlan):
    """The step in hand has been taken: people have to do their part, and say so."""


class IsNotTheirs(CannotPlan):
    """The step in hand is one of the database, or has not been taken: there is nothing to confirm."""


def plan_named(analysis: Analysis, name: str | None) -> Progress:
    """A plan by its name; with None, the one that can be meant."""
    progress = analysis.plans
    if name is None:
        return _only(progress)
    found = next((p for p in progress if p.plan.name == name.removesuffix(".toml")), None)
    if found is None:
        broken = [p.message for p in analysis.snapshot.plans.problems if name in p.message]
        raise CannotPlan(broken[0] if broken else f"there is no plan {name!r} here.")
    return found


def started(analysis: Analysis, recipe: str, subject: str, given: Mapping[str, str], name: str = "") -> Plan:
    """The plan of a recipe; no step is taken yet, and its file is still to be written."""
    _must_be_readable(analysis)
    found = recipe_named(recipe)
    answers = answers_for(found, subject, given)
    same = (p for p in analysis.plans if p.is_open and (p.plan.recipe, p.plan.answers) == (recipe, answers))
    for progress in same:
        raise CannotPlan(f"`{progress.plan.name}` is that plan already: {progress}.")
    snapshot, lowered = analysis.snapshot, analysis.lowered
    situation = Situation(snapshot.tree, lowered.provider, analysis.versions, answers, snapshot.settings.plans, lowered)
    return new_plan(snapshot.files, found, situation, name)


def next_step(analysis: Analysis, progress: Progress) -> Changes:
    """Takes the step in hand: the edits of the schema, the migrations, the plan's file."""
    _must_be_readable(analysis)
    number, _ = in_hand(progress)
    if progress.waits_for_people:
        raise WaitsForPeople(f"step {number + 1} of {progress.plan.name} waits for you.")
    snapshot = analysis.snapshot
    there = snapshot.plans.migrations
    return taken(_file_of(analysis, progress), number, snapshot.tree, there, _new_migrations(analysis))


def step_back(analysis: Analysis, progress: Progress) -> Changes:
    """Takes the last step back: its undo as a migration, its edits of the schema the other way round."""
    _must_be_readable(analysis)
    number = last_taken(progress)
    if number is None:
        raise CannotPlan(f"no step of {progress.plan.name} has been taken.")
    snapshot = analysis.snapshot
    there = snapshot.plans.migrations
    return taken_back(_file_of(analysis, progress), number, snapshot.tree, there, _new_migrations(analysis))


def confirmation(analysis: Analysis, progress: Progress, by: str = "") -> Changes:
    """Says that people have done their part of the step in hand; `by` is by default who git says is here."""
    _must_be_readable(analysis)
    number, step = in_hand(progress)
    if not step.needs_confirmation:
        raise IsNotTheirs(
            f"step {number + 1} of {progress.plan.name} is one of the database: it is done when its migrations are there."
        )
    if progress.states[number] is State.NEXT and step.writes:
        raise IsNotTheirs(f"step {number + 1} of {progress.plan.name} has not been taken yet.")
    return confirmed(_file_of(analysis, progress), number, by or person(analysis))


def abandonment(analysis: Analysis, progress: Progress, why: str = "") -> Changes:
    """Follows a plan no longer. What it has built stays."""
    in_hand(progress)
    return abandoned(_file_of(analysis, progress), why or "no longer wanted")


def in_hand(progress: Progress) -> tuple[int, PlanStep]:
    """The step in hand of an open plan, and its number (from 0)."""
    number, step = progress.number, progress.step
    if not progress.is_open or number is None or step is None:
        raise CannotPlan(f"nothing is left to do of {progress.plan.name}: {progress}.")
    return number, step


def person(analysis: Analysis) -> str:
    """Who is here, as git knows them."""
    return git.user_name(analysis.snapshot.files.schema) or "somebody"


def _only(progress: tuple[Progress, ...]) -> Progress:
    open_ones = [p for p in progress if p.is_open]
    if len(open_ones) == 1 or len(progress) == 1:
        return (open_ones or progress)[0]
    names = ", ".join(p.plan.name for p in open_ones or progress)
    raise CannotPlan(f"which plan? There are {names}." if names else "there is no plan here.")


def _must_be_readable(analysis: Analysis) -> None:
    """A step is made of a schema that can be read whole, and of nothing less."""
    if analysis.problems:
        raise CannotPlan(f"no step is taken while something cannot be read: {analysis.problems[0].message}")


def _file_of(analysis: Analysis, progress: Progress) -> OpenPlan:
    return next(p for p in analysis.snapshot.plans.open if p.plan is progress.plan)


def _new_migrations(analysis: Analysis) -> MigrationPath:
    return new_migrations(analysis, clock.now())
