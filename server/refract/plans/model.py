"""A plan: the steps of one change, with everything that they write, as they were when it was made."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from refract.frozen_map import frozen_map
from refract.recipes.base import Phase
from refract.recipes.schema_edits import SchemaEdit

FORMAT = 1
"""The form of the file. A newer Refract reads older ones."""


@frozen
class PlanMigration:
    """A migration of a step. `folder` is that of the migrations in which it was written, empty until then."""

    name: str
    sql: str
    folder: str = ""


@frozen
class Confirmation:
    """Who said that a step of people is done, and on which day (as `2026-11-24`)."""

    by: str
    on: str


@frozen
class PlanStep:
    """One step. `schema` are its edits, `back` those that undo them; `undo` the migrations of the way back.

    `scripts` are those that people run beside the migrations; their `folder` is one beside the plan.
    `deploy` is what people do, `check` a query that answers 0 when the step is done, `loses` what cannot come back.
    `ends_use` are the fields and models that no program may use from here on.
    """

    id: str
    phase: Phase
    title: str
    deploy: str = ""
    check: str = ""
    loses: str = ""
    ends_use: tuple[str, ...] = ()
    confirmed: Confirmation | None = None
    schema: tuple[SchemaEdit, ...] = ()
    back: tuple[SchemaEdit, ...] = ()
    migrations: tuple[PlanMigration, ...] = ()
    scripts: tuple[PlanMigration, ...] = ()
    undo: tuple[PlanMigration, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether there is something to take: else the step is one of people alone."""
        return bool(self.schema or self.migrations or self.scripts)


@frozen
class Plan:
    """A plan. `name` is that of its file, without `.toml`, and `path` where that is. `created` is a day, `abandoned` why it
    is no longer followed. `tables` are those of the models that it speaks of: one that is renamed later is found by them.
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
