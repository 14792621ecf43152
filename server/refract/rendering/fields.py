"""A finding's harm and actions as fields, for JSON and for clients that want more than text."""

from __future__ import annotations

from refract.rendering.advice import action_sentence, recipe_command
from refract.rendering.harm import harm_sentence
from refract.rules.kit.advice import AnyAction, FollowRecipe
from refract.rules.kit.harm import AnyHarm, Blocking

Fields = dict[str, object]


def harm_as_json(harm: AnyHarm) -> Fields:
    """One harm: its kind, its facts, and its sentence."""
    if isinstance(harm, Blocking):
        operation = harm.operation
        facts: Fields = {
            "lock": operation.lock,
            "blocks": operation.blocks.value,
            "tables": list(harm.tables),
            "work": operation.work.value if operation.work else None,
            "grows_with": operation.duration.value,
        }
        return {"kind": harm.kind.value, "facts": facts, "text": harm_sentence(harm)}
    return {
        "kind": harm.kind.value,
        "effect": harm.effect.slug,
        "facts": dict(harm.facts),
        "text": harm_sentence(harm),
    }


def action_as_json(action: AnyAction) -> Fields:
    """One action: its kind, its facts, and its sentence."""
    if isinstance(action, FollowRecipe):
        return {
            "kind": action.kind.value,
            "recipe": action.recipe,
            "subject": action.subject,
            "answers": dict(action.answers),
            "command": recipe_command(action),
            "alternative": action.alternative,
            "text": action_sentence(action),
        }
    return {
        "kind": action.kind.value,
        "action": action.do.slug,
        "facts": dict(action.facts),
        "alternative": action.alternative,
        "text": action_sentence(action),
    }
