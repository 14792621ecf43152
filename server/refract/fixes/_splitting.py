"""What fixes share that follow a recipe: the schema without the risky change, the questions, the title."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refract.fixes._proposals import Proposal
from refract.fixes.base import Asked, FixContext
from refract.recipes.base import CannotPlan, Question, Recipe, Situation, subject_parts
from refract.recipes.schema_edits import apply_schema_edits
from refract.text import FileChange

Build = Callable[[Mapping[str, str]], tuple[FileChange, ...]]


def asked(recipe: Recipe, proposal: Proposal, build: Build) -> Asked:
    """What the user may be asked before the fix is built."""
    parts = subject_parts(recipe.subject)
    known = {name: answer for name, answer in proposal.answers.items() if name not in parts}
    questions = tuple(q for q in recipe.questions if q.name not in known and _is_worth_asking(q))
    return Asked(recipe.name, ".".join(proposal.answers[part] for part in parts), known, questions, build)


def _is_worth_asking(question: Question) -> bool:
    """Whether the default needs a decision: there is none, or it is an SQL expression that must fit the rows."""
    return question.sql or question.default is None


def situation(context: FixContext, recipe: Recipe, proposal: Proposal, answers: Mapping[str, str]) -> Situation:
    """The situation that the recipe starts from: the schema with the risky change taken back. Raises LookupError and
    CannotPlan.
    """
    tree = apply_schema_edits(context.tree, proposal.restore)
    given = recipe.complete({**proposal.answers, **answers})
    return Situation(tree, context.provider, context.versions, given, context.plans, context.lowered, context.before)


def verb(recipe: Recipe) -> str:
    """How the title of a fix that follows the recipe begins."""
    return _VERBS[recipe.name]


_VERBS = {
    "add-enum-value": "Add",
    "add-index": "Add the index",
    "add-relation": "Add the relation",
    "add-required-field": "Add",
    "add-unique": "Make unique",
    "change-default": "Remove the default",
    "change-referential-actions": "Change the actions",
    "change-type": "Change the type",
    "drop-field": "Remove",
    "drop-model": "Remove",
    "make-field-required": "Make required",
    "make-relation-required": "Make required",
    "move-field": "Move",
    "primary-key-to-bigint": "Change the key's type",
    "primary-key-to-uuid": "Change the key's type",
    "remove-enum-value": "Remove",
    "rename-enum": "Rename",
    "rename-enum-value": "Rename",
    "rename-field": "Rename",
    "rename-model": "Rename",
}
"""By recipe that is proposed: what it does."""


def by_default(build: Build) -> tuple[FileChange, ...]:
    """The changes with the defaults of the recipe. Raises LookupError."""
    try:
        return build({})
    except CannotPlan as error:
        raise LookupError(str(error)) from error
