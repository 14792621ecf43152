"""Makes a plan of a recipe: all its steps with all that they write, as things are now."""

from __future__ import annotations

from collections.abc import Mapping

from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.recipes.base import Recipe, Situation
from refract.recipes.engine import PlannedStep, StepMigration, planned
from refract.recipes.schema_edits import SchemaEdit, inverse_edits


def make_plan(recipe: Recipe, situation: Situation, name: str, created: str) -> Plan:
    """The plan of a recipe, as it is followed from here. Raises CannotPlan."""
    steps = planned(recipe, situation)
    tree = situation.tree
    kept = []
    for step in steps:
        kept.append(_kept(step, inverse_edits(tree, step.step.edits)))
        tree = step.tree
    models = {t.model_name: t.name.name for t in situation.database.tables.values()}
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
    """What answers say that a plan is about: a model and its field, or an enum and its value."""
    keys = ("enum", "value") if "enum" in answers else ("model", "field")
    return tuple(answers[key] for key in keys if answers.get(key))


def _kept(step: PlannedStep, back: tuple[SchemaEdit, ...]) -> PlanStep:
    said = step.step
    return PlanStep(
        id=said.id,
        phase=said.phase,
        title=said.title,
        deploy=said.deploy,
        check=step.check,
        loses=said.loses,
        ends_use=said.ends_use,
        schema=said.edits,
        back=back,
        migrations=tuple(map(_migration, step.migrations)),
        undo=tuple(map(_migration, step.undo)),
    )


def _migration(migration: StepMigration) -> PlanMigration:
    return PlanMigration(migration.name, migration.sql)
