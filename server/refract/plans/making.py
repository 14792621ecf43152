"""Makes a plan of a recipe: all its steps with all that they write, for the present project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.recipes.acts import Act, FillIn, RunScripts
from refract.recipes.base import UNANSWERED, Recipe, Situation
from refract.recipes.engine import PlannedStep, StepMigration, plan_steps
from refract.recipes.schema_edits import SchemaEdit, inverse_edits


def make_plan(recipe: Recipe, situation: Situation, name: str, created: str) -> Plan:
    """The plan of a recipe, as it is followed from here. Raises CannotPlan."""
    steps = plan_steps(recipe, situation)
    tree = situation.tree
    kept = []
    for step in steps:
        kept.append(_kept(step, inverse_edits(tree, step.step.edits)))
        tree = step.tree
    models = {t.model_name: t.name.name for t in situation.database.tables.values() if t.model_name}
    named = {
        word
        for step in steps
        for edit in step.step.edits
        for word in (getattr(edit, "model", ""), getattr(edit, "block", ""))
    }
    return Plan(
        recipe=recipe.name,
        provider=situation.provider.name,
        title=f"{recipe.name} {'.'.join(subject_names(situation.answers))}",
        created=created,
        steps=tuple(kept),
        answers=dict(situation.answers),
        tables={model: table for model, table in models.items() if model in named},
        name=name,
    )


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
