"""Makes a plan of a recipe: all its steps with all that they write, as things are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.recipes.base import UNANSWERED, Recipe, Situation
from refract.recipes.engine import PlannedStep, StepMigration, planned
from refract.recipes.schema_edits import SchemaEdit, inverse_edits
from refract.wording import listed


def make_plan(recipe: Recipe, situation: Situation, name: str, created: str) -> Plan:
    """The plan of a recipe, as it is followed from here. Raises CannotPlan."""
    steps = planned(recipe, situation)
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
    """What answers say that a plan is about: a model and its field, or an enum and its value."""
    keys = ("enum", "value") if "enum" in answers else ("model", "field")
    return tuple(answers[key] for key in keys if answers.get(key))


def _kept(step: PlannedStep, back: tuple[SchemaEdit, ...]) -> PlanStep:
    said = step.step
    scripts = tuple(map(_migration, step.scripts))
    return PlanStep(
        id=said.id,
        phase=said.phase,
        title=said.title,
        deploy=" ".join(filter(None, (said.deploy, _run(scripts)))),
        check=step.check,
        loses=said.loses,
        ends_use=said.ends_use,
        schema=said.edits,
        back=back,
        migrations=tuple(map(_migration, step.migrations)),
        scripts=scripts,
        undo=tuple(map(_migration, step.undo)),
    )


def _run(scripts: Sequence[PlanMigration]) -> str:
    """What people do with scripts."""
    if not scripts:
        return ""
    names = listed(f"{script.name}.sql" for script in scripts)
    unanswered = any(UNANSWERED in script.sql for script in scripts)
    first = f"Put the expression in the place of {UNANSWERED}. " if unanswered else ""
    return (
        f"{first}Run {names} of the folder beside this plan (`prisma db execute --file ...`), in this order. A script may be "
        "stopped at any time and run again. Go on when the check answers 0."
    )


def _migration(migration: StepMigration) -> PlanMigration:
    return PlanMigration(migration.name, migration.sql)
