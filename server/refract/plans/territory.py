"""What a plan is about: no two may change the same field, since each was made for a schema without the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from refract.plans.model import Plan, PlanStep
from refract.plans.status import Progress
from refract.plans.subject import edit_now, members, subject_block, subject_member, targets_of
from refract.recipes.schema_edits import AddBlockAttribute, AddField, RemoveBlockAttribute, SchemaEdit
from refract.schema.model import DatabaseObject, ObjectKind
from refract.syntax import SchemaTree

Member = tuple[str, str]
"""A block, and its field or value; with no member, the block as a whole."""

_LISTED = re.compile(r"\bfields:\s*\[([^\]]*)\]|^@@\w+\(\s*\[([^\]]*)\]")
_NAME = re.compile(r"(?<![\w:\"])[A-Za-z]\w*")


def territory(plan: Plan, tree: SchemaTree) -> frozenset[Member]:
    """Everything that a plan is about, from its first step to its last, by the names that the schema has now."""
    member = subject_member(plan)
    subject = [(subject_block(plan, tree), member)] if member else []
    return frozenset((*subject, *_of_steps(plan.steps, plan, tree)))


def open_territory(steps: Iterable[PlanStep], plan: Plan, tree: SchemaTree) -> frozenset[Member]:
    """What some steps of a plan still change."""
    return frozenset(m for step in steps for edit in step.schema for m in members(edit_now(edit, plan, tree)))


def shared(ours: frozenset[Member], theirs: frozenset[Member]) -> str:
    """The first thing that both are about, as `User.name`; empty if there is none. A whole block includes its fields."""
    whole = {block for block, member in ours | theirs if not member}
    everywhere = {block for block, _ in ours} & {block for block, _ in theirs} & whole
    common = ours & theirs | {(block, "") for block in everywhere}
    return next((".".join(filter(None, found)) for found in sorted(common)), "")


def plan_in_the_way(plan: Plan, others: Iterable[Progress], tree: SchemaTree) -> tuple[Progress, str] | None:
    """An open plan that is about something of this one, with what that is."""
    ours = territory(plan, tree)
    for progress in others:
        found = shared(ours, territory(progress.plan, tree)) if progress.is_open else ""
        if found:
            return progress, found
    return None


_SYNC = re.compile(r"~?(.+)_sync(?:_[iu])?")


def triggers_of_plans(objects: Iterable[DatabaseObject]) -> tuple[DatabaseObject, ...]:
    """The triggers among them that plans have made, by their names: `User_title_sync`."""
    found = (o for o in objects if o.key.kind is ObjectKind.TRIGGER and o.key.table is not None)
    return tuple(o for o in found if o.key.table and _is_named_as_by_plan(o.key.name.name, o.key.table.name))


def _is_named_as_by_plan(name: str, table: str) -> bool:
    found = _SYNC.fullmatch(name)
    return found is not None and found[1].startswith((f"{table}_", f"Copy_{table}", "_"))


def _of_steps(steps: Iterable[PlanStep], plan: Plan, tree: SchemaTree) -> Iterator[Member]:
    for step in steps:
        yield from ((target.block, target.member) for target in targets_of(step, plan, tree))
        for edit in step.schema:
            now = edit_now(edit, plan, tree)
            yield from members(now)
            yield from _listed(now)


def _listed(edit: SchemaEdit) -> Iterator[Member]:
    """The fields that an attribute lists: those of a key, an index or a relation."""
    match edit:
        case AddBlockAttribute(block, written) | RemoveBlockAttribute(block, written):
            texts: tuple[str, ...] = (written,)
        case AddField(block, _, _, texts):
            pass
        case _:
            return
    for text in texts:
        for found in _LISTED.finditer(text):
            yield from ((block, name) for name in _NAME.findall(found[1] or found[2] or ""))
