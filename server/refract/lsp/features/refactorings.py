"""Refactorings: what can be done safely to the field, value, model, enum or index at the pointer, without a finding first.

Each asks for what only the user knows, and makes the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen
from lsprotocol import types

from refract.actions import places
from refract.actions.explain import plans_at
from refract.analysis import Analysis
from refract.analysis.mentions import mention_at
from refract.escaping import code_span
from refract.lowering.arguments import field_references
from refract.lsp.features.plans import NEW
from refract.lsp.features.recipes import asking, plan_to_make
from refract.recipes.base import UNANSWERED, Question, all_recipes
from refract.schema.model import Column
from refract.source import Target
from refract.syntax.tree import Arity, Keyword
from refract.text import Span


@frozen
class _Offer:
    """A recipe for what is at the pointer: how its title begins, its subject, and the answers that are known."""

    title: str
    recipe: str
    subject: str
    answers: Mapping[str, str]


def code_actions(analysis: Analysis, path: str, wanted: Span, uri: str) -> Iterator[types.CodeAction]:
    """The recipes for the name at `wanted`; none for what is under a plan already, or while something cannot be read."""
    if analysis.problems or any(True for _ in plans_at(analysis, path, wanted)):
        return
    for offer in _offers(analysis, path, wanted.start):
        recipe = all_recipes()[offer.recipe]
        if analysis.lowered.provider.name not in recipe.providers:
            continue
        questions = [q for q in recipe.questions if q.name not in offer.answers and _is_worth_asking(q)]
        plan = plan_to_make(uri, offer.recipe, offer.subject, offer.answers, questions)
        planning = types.Command(title="Plan the steps", command=NEW, arguments=[uri, plan])
        command = asking(plan) if questions else planning
        title = f"{offer.title} safely…" if questions else f"{offer.title} safely"
        yield types.CodeAction(title=title, kind=types.CodeActionKind.RefactorRewrite, command=command)


def _is_worth_asking(question: Question) -> bool:
    return question.default in (None, UNANSWERED) or bool(question.choices)


def _offers(analysis: Analysis, path: str, offset: int) -> Iterator[_Offer]:
    yield from _of_index(analysis, path, offset)
    mention = mention_at(analysis.snapshot.tree, path, offset)
    if mention is None or not mention.is_definition:
        return
    target = mention.target
    block = analysis.snapshot.tree.block(target.block)
    if block is None:
        return
    if target.member and block.keyword is Keyword.MODEL:
        yield from _of_field(analysis, target)
    elif target.member and block.keyword is Keyword.ENUM:
        yield _Offer(f"Rename {code_span(target.member)}", "rename-enum-value", str(target), {})
        yield _Offer(f"Remove {code_span(target.member)}", "remove-enum-value", str(target), {})
    elif block.keyword is Keyword.MODEL:
        yield _Offer("Rename this model", "rename-model", target.block, {})
        yield _Offer("Add a required field", "add-required-field", target.block, {})
        yield _Offer("Add an index", "add-index", target.block, {})
        yield _Offer("Remove this model", "drop-model", target.block, {})
    elif block.keyword is Keyword.ENUM:
        yield _Offer("Rename this enum", "rename-enum", target.block, {})
        yield _Offer("Add a value", "add-enum-value", target.block, {})


def _of_field(analysis: Analysis, target: Target) -> Iterator[_Offer]:
    """Of a field with a column: a relation is changed by its fields."""
    if not isinstance(places.stored(analysis, target), Column):
        return
    block = analysis.snapshot.tree.block(target.block)
    field = block.field(target.member) if block else None
    name, subject = code_span(target.member), str(target)
    yield _Offer(f"Rename {name}", "rename-field", subject, {})
    yield _Offer(f"Change the type of {name}", "change-type", subject, {})
    if field is not None and field.type.arity is Arity.OPTIONAL:
        yield _Offer(f"Make {name} required", "make-field-required", subject, {})
    if field is not None and field.attribute("unique") is None and field.attribute("id") is None:
        yield _Offer(f"Make {name} unique", "add-unique", target.block, {"fields": target.member})
    yield _Offer(f"Move {name} to another model", "move-field", subject, {})
    yield _Offer(f"Remove {name}", "drop-field", subject, {})


def _of_index(analysis: Analysis, path: str, offset: int) -> Iterator[_Offer]:
    for placed in analysis.snapshot.tree.blocks():
        if placed.path != path or placed.block.keyword is not Keyword.MODEL:
            continue
        for index in placed.block.attributes_named("index"):
            span = index.span.shifted(placed.chunk_start)
            if span.start <= offset <= span.end:
                fields = ",".join(reference.field for reference in field_references(index.argument("fields", 0)))
                yield _Offer("Make this index unique", "add-unique", placed.block.name.text, {"fields": fields})
