"""Makes a plan of a recipe: all its steps with all that they write, for the present project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from refract.lowering.arguments import database_name
from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.plans.subject import edited_blocks
from refract.recipes.acts import Act, FillIn, RunScripts
from refract.recipes.base import UNANSWERED, Recipe, Situation
from refract.recipes.engine import PlannedStep, StepMigration, plan_steps
from refract.recipes.schema_edits import SchemaEdit, inverse_edits
from refract.syntax import SchemaTree


def make_plan(recipe: Recipe, situation: Situation, name: str, created: str) -> Plan:
    """The plan of a recipe, as it is followed from here. Raises CannotPlan."""
    steps = plan_steps(recipe, situation)
    tree = situation.tree
    kept = []
    for step in steps:
        kept.append(_kept(step, inverse_edits(tree, step.step.edits)))
        tree = step.tree
    return Plan(
        recipe=recipe.name,
        provider=situation.provider.name,
        title=f"{recipe.name} {'.'.join(subject_names(situation.answers))}",
        created=created,
        steps=tuple(kept),
        answers=dict(situation.answers),
        tables=dict(_database_names(steps, situation.tree)),
        name=name,
    )


def _database_names(steps: Iterable[PlannedStep], tree: SchemaTree) -> Iterator[tuple[str, str]]:
    """The models and enums of the schema that the steps name, with their names in the database."""
    named = {name: None for step in steps for edit in step.step.edits for _, name in edited_blocks(edit)}
    blocks = ((name, tree.block(name)) for name in named)
    return ((name, database_name(block)) for name, block in blocks if block is not None)


def subject_names(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The subject of a plan, by its answers: a model and its field, or an enum and its value."""
    keys = ("enum", "value") if "enum" in answers else ("model", "field")
    return tuple(answers[key] for key in keys if answers.get(key))


def _kept(step: PlannedStep, back: tuple[SchemaEdit, ...]) -> PlanStep:
    asked = step.step
    migrations, scripts = (tuple(map(_migration, part)) for part in (step.migrations, step.scripts))
    return PlanStep(
        id=asked.id,
        phase=asked.phase,
        title=asked.title,
        before=(*_filled_in(migrations), *asked.before),
        after=(*asked.after, *_filled_in(scripts), *_run(scripts)),
        check=step.check,
        point_of_no_return=asked.point_of_no_return,
        loses=asked.loses,
        oldest_version_that_may_return=asked.oldest_version_that_may_return,
        note=asked.note,
        ends_use=asked.ends_use,
        schema=asked.edits,
        back=back,
        migrations=migrations,
        scripts=scripts,
        undo=tuple(map(_migration, step.undo)),
    )


def _filled_in(files: Sequence[PlanMigration]) -> Iterator[Act]:
    """The text that the user writes into files that hold a place for it."""
    unanswered = tuple(file.name for file in files if UNANSWERED in file.sql)
    if unanswered:
        yield FillIn(unanswered, UNANSWERED)


def _run(scripts: Sequence[PlanMigration]) -> Iterator[Act]:
    if scripts:
        yield RunScripts(tuple(script.name for script in scripts))


def _migration(migration: StepMigration) -> PlanMigration:
    return PlanMigration(migration.name, migration.sql)
