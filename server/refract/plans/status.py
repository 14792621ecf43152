"""The status of a plan: replaying the migrations shows the part of the database, confirmations show the manual part."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from enum import StrEnum

from attrs import frozen

from refract.diff import diff
from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.providers import Provider
from refract.recipes.base import UNANSWERED
from refract.recipes.schema_edits import all_hold
from refract.schema.model import Database
from refract.syntax import SchemaTree


class State(StrEnum):
    """A step's."""

    DONE = "done"
    WAITING = "waiting"  # taken: must be deployed by hand and confirmed
    NEXT = "next"
    LATER = "later"


@frozen
class Progress:
    """A plan with the state of each of its steps. `number` is that of the current step (from 0), None at the end."""

    plan: Plan
    states: tuple[State, ...]

    @property
    def number(self) -> int | None:
        """The first step that is not done."""
        return next((n for n, state in enumerate(self.states) if state is not State.DONE), None)

    @property
    def step(self) -> PlanStep | None:
        """The current step."""
        return None if self.number is None else self.plan.steps[self.number]

    @property
    def is_open(self) -> bool:
        """Whether there is something to do."""
        return not self.plan.abandoned and self.number is not None

    @property
    def has_begun(self) -> bool:
        """Whether a step has been taken."""
        return self.states[0] is not State.NEXT

    @property
    def waits_for_people(self) -> bool:
        """Whether the current step is manual: it has been taken and must be deployed, or there is nothing to take."""
        return self.number is not None and self.states[self.number] is State.WAITING


BuiltSteps = tuple[bool | None, ...]
"""For each step of a plan whether migrations have built what it would; None for a step that has none."""


def built_by(plan: Plan, database: Database, migrations: Mapping[str, str], provider: Provider) -> BuiltSteps:
    """What of a plan is built: `database` is what the `migrations` (folder: SQL) build."""
    found: list[bool | None] = []
    for number, step in enumerate(plan.steps):
        found.append(_is_built(step, database, migrations, provider))
        if step.schema and found[-1] is False:  # later steps have nothing to build on yet
            return (*found, *(False if later.migrations else None for later in plan.steps[number + 1 :]))
    return tuple(found)


def progress_of(plan: Plan, built: BuiltSteps, tree: SchemaTree) -> Progress:
    """The status of a plan; `tree` is the current schema."""
    last = max((n for n, is_built in enumerate(built) if is_built), default=-1)
    pairs = zip(plan.steps, built, strict=True)
    taken = [n <= last or bool(known) or _is_edited(step, tree, known) for n, (step, known) in enumerate(pairs)]
    return Progress(plan, tuple(_states(plan, taken)))


def _states(plan: Plan, taken: list[bool]) -> Iterable[State]:
    reached = False
    for step, is_taken in zip(plan.steps, taken, strict=True):
        if reached:
            yield State.LATER
        elif is_taken and (step.confirmed is not None or not step.needs_confirmation):
            yield State.DONE
        else:
            reached = True
            yield State.WAITING if is_taken else State.NEXT


def in_turn(progress: Progress) -> tuple[PlanMigration, ...]:
    """The migrations of the steps that may run, because all manual work before them is confirmed, and of those that
    were undone.
    """
    if progress.plan.abandoned:
        return ()
    pairs = zip(progress.plan.steps, progress.states, strict=True)
    steps = (step for step, state in pairs if state is not State.LATER or any(m.folder for m in step.undo))
    return tuple(migration for step in steps for migration in (*step.migrations, *step.undo))


def is_as_planned(migration: PlanMigration, folder: str, sql: str) -> bool:
    """Whether a migration in `folder` is this one of a plan, under another date perhaps, as the plan wrote it."""
    is_it = folder == migration.folder or folder.endswith(f"_{migration.name}")
    return is_it and is_same_sql(sql, migration.sql)


def is_same_sql(here: str, planned: str) -> bool:
    """Whether the text `here` is what was planned: but for what an editor changes at its edges, and with the
    expressions that the user had to give.
    """
    parts = _plain(planned).split(UNANSWERED)
    if len(parts) == 1:
        return _plain(here) == parts[0]
    return re.fullmatch("[^;]+?".join(map(re.escape, parts)), _plain(here)) is not None


def _is_edited(step: PlanStep, tree: SchemaTree, is_built: bool | None) -> bool:
    """Whether a step without migrations is taken: its edits are in the schema, its scripts written. A step that is only
    manual counts as taken.
    """
    is_there = all(script.folder for script in step.scripts) and all_hold(tree, step.schema)
    return is_built is None and (step.confirmed is not None or is_there)


def half_taken_back(step: PlanStep, migrations: Container[str]) -> PlanMigration | None:
    """An undo migration of a step that the plan names and that does not exist: undoing the step was interrupted, or the
    migration was deleted. None if all exist; those of an earlier undo do not count.
    """
    taken = max((migration.folder for migration in step.migrations), default="")
    named = (migration for migration in step.undo if migration.folder > taken)
    return next((migration for migration in named if migration.folder not in migrations), None)


def _is_built(step: PlanStep, database: Database, migrations: Mapping[str, str], provider: Provider) -> bool | None:
    """Whether a step's migrations are among those that are replayed, or would no longer change anything, because others
    have built the same (a squashed history). For what the database does not show (rows and triggers), only the first
    counts.
    """
    if not step.migrations:
        return None
    if half_taken_back(step, migrations) is not None:
        return True
    written = [_is_written(migration, migrations) for migration in step.migrations]
    if all(written):
        return True
    if any(written[: written.index(False)]):  # it was interrupted, or the last ones were deleted
        return False
    if not step.schema:
        return all(migration.folder in migrations for migration in step.migrations)
    gone = [m for m in step.migrations if m.folder and m.folder not in migrations]
    if any(written) and any(_has_triggers_only(m, database, provider) for m in gone):
        return False
    if _would_change(step.migrations, database, provider):
        return False
    # What cannot run changes nothing either: if a step has been made, its undo would change something.
    return not step.undo or _would_change(step.undo, database, provider)


def _would_change(migrations: Iterable[PlanMigration], database: Database, provider: Provider) -> bool:
    from refract.sql.reader import read_migration  # noqa: PLC0415  only where a plan is open

    after = database
    for migration in migrations:
        after = read_migration(migration.sql, migration.name, after, provider).database
    return bool(diff(database, after).changes)


def _has_triggers_only(migration: PlanMigration, database: Database, provider: Provider) -> bool:
    from refract.sql.reader import read_statements  # noqa: PLC0415  only where a plan is open

    verbs = {s.verb for s in read_statements(migration.sql, migration.name, database, provider)}
    return bool(verbs & {"CREATE TRIGGER", "DROP TRIGGER"}) and verbs <= {"CREATE TRIGGER", "DROP TRIGGER", "SET"}


def _is_written(migration: PlanMigration, migrations: Mapping[str, str]) -> bool:
    """Whether a written migration still exists, perhaps under another date."""
    return bool(migration.folder) and any(
        name.endswith(migration.name) and is_same_sql(sql, migration.sql) for name, sql in migrations.items()
    )


def _plain(sql: str) -> str:
    """SQL without what an editor may change at its edges."""
    return "\n".join(line.rstrip() for line in sql.replace("\r\n", "\n").strip().splitlines())
