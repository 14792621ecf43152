"""What a plan is about, in the current schema: models that were renamed since are found by their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from refract.lowering.arguments import database_name
from refract.plans.model import Plan, PlanStep
from refract.recipes.base import Phase
from refract.recipes.schema_edits import (
    AddAttribute,
    AddEnumValue,
    AddField,
    RemoveAttribute,
    RemoveBlock,
    RemoveEnumValue,
    RemoveField,
    RenameBlock,
    RenameEnumValueInSchema,
    RenameField,
    RetypeField,
    SchemaEdit,
)
from refract.source import Target
from refract.syntax import SchemaTree
from refract.syntax.tree import Block, Keyword, Name
from refract.text import Origin

_TYPE = re.compile(r"^\w+")


def block_now(plan: Plan, name: str, tree: SchemaTree) -> str:
    """What the schema calls a model or enum that the plan calls `name`; `name` itself if it has none."""
    if name not in plan.tables or tree.block(name) is not None:
        return name
    table = plan.tables[name]
    return next((p.block.name.text for p in tree.blocks() if database_name(p.block) == table), name)


def subject_block(plan: Plan, tree: SchemaTree) -> str:
    """What the schema calls the model or enum that the plan is about."""
    return block_now(plan, plan.answers.get("model") or plan.answers.get("enum", ""), tree)


def targets_of(step: PlanStep, plan: Plan, tree: SchemaTree) -> tuple[Target, ...]:
    """What the app must not use after a step, by its name in the schema."""
    parts = (name.partition(".") for name in step.ends_use)
    return tuple(Target(block_now(plan, block, tree), member) for block, _, member in parts)


def is_value(target: Target, tree: SchemaTree) -> bool:
    """Whether a target is an enum or one of its values. The app may read these while they exist."""
    block = tree.block(target.block)
    return block is not None and block.keyword is Keyword.ENUM


def unused_before_taking(plan: Plan, number: int, tree: SchemaTree) -> tuple[Target, ...]:
    """What code must no longer use before a step (from 0) is taken: if the step drops something, all that is ended so
    far.
    """
    if plan.steps[number].phase is not Phase.CONTRACT:
        return ()
    return tuple(target for step in plan.steps[:number] for target in targets_of(step, plan, tree))


def unused_before_confirming(plan: Plan, number: int, tree: SchemaTree) -> tuple[Target, ...]:
    """What code must no longer use before the manual part of a step (from 0) is confirmed."""
    return tuple(target for target in targets_of(plan.steps[number], plan, tree) if not is_value(target, tree))


def subject_member(plan: Plan) -> str:
    """The field or value that the plan is about; empty if it is about a whole model or enum."""
    return plan.answers.get("value" if "enum" in plan.answers else "field", "")


def edited_blocks(edit: SchemaEdit) -> Iterator[tuple[str, str]]:
    """The models and enums that an edit names, each with the name of that part of the edit."""
    for part in ("model", "block", "enum"):
        name = getattr(edit, part, "")
        if name:
            yield part, name


def edit_now(edit: SchemaEdit, plan: Plan, tree: SchemaTree) -> SchemaEdit:
    """An edit with its models and enums under the names that these have now."""
    renamed: dict[str, Any] = {part: block_now(plan, name, tree) for part, name in edited_blocks(edit)}
    if isinstance(edit, AddField | RetypeField):
        renamed["type"] = _TYPE.sub(lambda found: block_now(plan, found[0], tree), edit.type)
    return evolve(edit, **renamed) if any(getattr(edit, part) != now for part, now in renamed.items()) else edit


def place_of(tree: SchemaTree, block: str, member: str = "") -> Origin | None:
    """The name of a field or value, else of its block; None if the schema has neither."""
    placed = tree.placed(block)
    if placed is None:
        return None
    found = next((name for name in _member_names(placed.block) if name.text == member), placed.block.name)
    return Origin(placed.path, block, found.span)


def members_now(plan: Plan, tree: SchemaTree) -> tuple[tuple[str, str], ...]:
    """The fields and values (block, member) that a plan is about, as far as the schema has them: its subject first."""
    edits = (edit_now(edit, plan, tree) for step in plan.steps for edit in step.schema)
    named = dict.fromkeys(
        ((subject_block(plan, tree), subject_member(plan)), *(m for edit in edits for m in members(edit)))
    )
    return tuple((block, member) for block, member in named if _has(tree.block(block), member))


def members(edit: SchemaEdit) -> Iterator[tuple[str, str]]:
    """The fields and values (block, member) that an edit is about; of a whole block, the block with no member."""
    match edit:
        case AddField(model, field) | RemoveField(model, field) | RetypeField(model, field):
            yield model, field
        case RenameField(block, member, to) | RenameEnumValueInSchema(block, member, to):
            yield from ((block, member), (block, to))
        case AddAttribute(block, member) | RemoveAttribute(block, member) | RemoveEnumValue(block, member):
            yield block, member
        case AddEnumValue(block, value):
            yield block, value.split(" ", 1)[0]
        case RemoveBlock(block) | RenameBlock(block):
            yield block, ""
        case _:
            return


def _has(block: Block | None, member: str) -> bool:
    return block is not None and any(name.text == member for name in _member_names(block))


def _member_names(block: Block) -> Iterator[Name]:
    yield from (field.name for field in block.fields)
    yield from (value.name for value in block.values)
