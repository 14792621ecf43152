"""A plan: the steps of one change, with everything that they write, fixed when it was made."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from refract.frozen_map import frozen_map
from refract.recipes.acts import Act, need_confirmation
from refract.recipes.base import Phase
from refract.recipes.schema_edits import SchemaEdit

FORMAT = 2
"""The format of the file. Older ones are read: see `refract.plans.older`."""


@frozen
class PlanMigration:
    """A migration of a step. `folder` is that of the migrations in which it was written, empty before that."""

    name: str
    sql: str
    folder: str = ""


@frozen
class Confirmation:
    """Who confirmed a manual step, and on which day (as `2026-11-24`)."""

    by: str
    on: str


@frozen
class PlanStep:
    """A step in a plan's file. `refract.recipes.base.Step` is what a recipe requires, and
    `refract.recipes.engine.PlannedStep` that with its SQL; this is what is kept of both.

    `before` and `after` are what you do around the migrations, `check` is a query that returns 0 when the step is done.
    `schema` are its edits, `back` those that undo them; `undo` the migrations that undo it.
    `scripts` are those that you run after the migrations; their `folder` is one next to the plan.
    The other fields are as in `refract.recipes.base.Step`.
    """

    id: str
    phase: Phase
    title: str
    before: tuple[Act, ...] = ()
    after: tuple[Act, ...] = ()
    check: str = ""
    point_of_no_return: bool = False
    loses: str = ""
    oldest_version_that_may_return: str = ""
    note: str = ""
    ends_use: tuple[str, ...] = ()
    confirmed: Confirmation | None = None
    schema: tuple[SchemaEdit, ...] = ()
    back: tuple[SchemaEdit, ...] = ()
    migrations: tuple[PlanMigration, ...] = ()
    scripts: tuple[PlanMigration, ...] = ()
    undo: tuple[PlanMigration, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """The manual acts, in order."""
        return (*self.before, *self.after)

    @property
    def needs_confirmation(self) -> bool:
        """Whether you have to confirm that the step is done."""
        return need_confirmation(self.acts)

    @property
    def writes(self) -> bool:
        """Whether there is something to take; otherwise the step is only manual."""
        return bool(self.schema or self.migrations or self.scripts)


@frozen
class Plan:
    """A plan. `name` is that of its file, without `.toml`, and `path` the file's path. `created` is a day, `abandoned`
    why it is no longer followed. `tables` are the names in the database of the models and enums that it names: they find
    one that is renamed later.
    """

    recipe: str
    provider: str
    title: str
    created: str
    steps: tuple[PlanStep, ...]
    format: int = FORMAT
    abandoned: str = ""
    answers: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    tables: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    name: str = ""
    path: str = ""


def with_step(plan: Plan, number: int, step: PlanStep) -> Plan:
    """The plan with another form of the step of that number (from 0)."""
    return evolve(plan, steps=(*plan.steps[:number], step, *plan.steps[number + 1 :]))
