"""What an open plan expects of the schema: each field as its steps left it, and as the next ones were made for.

A plan's file keeps the SQL and the edits of all steps, but not the schema that they were made from. The edits that
undo the open steps tell that: followed from the last to the next one, they say how each field has to look now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from attrs import evolve, frozen

from refract.plans.model import PlanStep
from refract.plans.status import Progress, State
from refract.plans.subject import edit_now, members
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
    all_hold,
    holds,
    written_attributes,
)
from refract.syntax import SchemaTree
from refract.syntax.tree import Keyword


class Way(Enum):
    """How a field is no longer as a plan needs it."""

    GONE = "gone"
    RETYPED = "retyped"
    ATTRIBUTE = "attribute"
    OTHER = "other"


@frozen
class Divergence:
    """A field, model or value that is not as a plan needs it. `edit` would restore it.

    `number` is the step (from 0) that made it so; if none has, the first one that needs it.
    """

    block: str
    member: str
    way: Way
    edit: SchemaEdit
    number: int
    is_made: bool

    @property
    def name(self) -> str:
        """What it is, as `User.name`."""
        return ".".join(filter(None, (self.block, self.member)))


def divergences(progress: Progress, tree: SchemaTree) -> tuple[Divergence, ...]:
    """Everything that is not as the plan needs it: as its steps have left it, or as the open ones were made for."""
    made = tuple(_from_taken(progress, tree))
    known = {(found.block, found.member) for found in made}
    needed = (found for found in _from_open(progress, tree) if (found.block, found.member) not in known)
    return (*made, *needed)


def is_made_by_hand(progress: Progress, tree: SchemaTree) -> bool:
    """Whether the schema already has all that several open steps would make of it."""
    steps = [step for _, step in _open(progress) if step.schema]
    edits = [edit_now(edit, progress.plan, tree) for step in steps for edit in step.schema]
    last = [edit for at, edit in enumerate(edits) if not _is_overtaken(edit, edits[at + 1 :])]
    return len(steps) > 1 and all_hold(tree, last)


def _is_overtaken(edit: SchemaEdit, later: Iterable[SchemaEdit]) -> bool:
    """Whether a later edit removes the field or value that this one changes."""
    removed = {m for e in later if isinstance(e, RemoveField | RemoveEnumValue) for m in members(e)}
    return not removed.isdisjoint(members(edit))


_Key = tuple[str, str, str]


def _from_taken(progress: Progress, tree: SchemaTree) -> Iterator[Divergence]:
    found: dict[_Key, tuple[int, SchemaEdit]] = {}
    for number, (step, state) in enumerate(zip(progress.plan.steps, progress.states, strict=True)):
        edits = [edit_now(edit, progress.plan, tree) for edit in step.schema]
        is_interrupted = state is State.NEXT and all_hold(tree, edits)  # the schema is written first
        if state not in (State.DONE, State.WAITING) and not is_interrupted:
            continue
        for key, lasting in (kept for edit in edits for kept in _lasting(edit)):
            if key[2] == "":
                found = {k: v for k, v in found.items() if k[:2] != key[:2]}
            found[key] = (number, lasting)
    for (block, member, _), (number, edit) in found.items():
        if not holds(tree, edit):
            yield Divergence(block, member, _WAYS.get(type(edit), Way.OTHER), edit, number, is_made=True)


_WAYS = {AddField: Way.GONE, RenameField: Way.GONE, RetypeField: Way.RETYPED}


def _lasting(edit: SchemaEdit) -> Iterator[tuple[_Key, SchemaEdit]]:
    """What an edit leaves in the schema, by the part of a field that it is about."""
    match edit:
        case AddField(model, field) | RemoveField(model, field):
            yield (model, field, ""), edit
        case RenameField(model, field, to):
            yield (model, field, ""), RemoveField(model, field)
            yield (model, to, ""), edit
        case RetypeField(model, field):
            yield (model, field, "type"), edit
        case AddAttribute(block, member, "@ignore"):
            yield (block, member, "@ignore"), edit
        case _:
            return


@frozen
class _Member:
    """A field or value as the open steps need it; `type` and `attributes` are None if they do not matter."""

    number: int
    type: str | None = None
    attributes: tuple[str, ...] | None = None


_Needed = Mapping[tuple[str, str], _Member]


def _from_open(progress: Progress, tree: SchemaTree) -> Iterator[Divergence]:
    """A member counts if it fits neither the beginning of the current step nor its end: writing that may have been
    interrupted.
    """
    steps = [*_open(progress)]
    at_end = {(d.block, d.member): d for d in _misfits(_needed(steps[1:], progress, tree), tree)}
    waits = progress.step is not None and progress.step.needs_confirmation
    for found in _misfits(_needed(steps, progress, tree), tree):
        is_reported = found.way is Way.GONE and (waits or not progress.has_begun)  # as out of turn, or as orphaned
        if (found.block, found.member) in at_end and not is_reported:
            yield found


def _open(progress: Progress) -> Iterator[tuple[int, PlanStep]]:
    for number, (step, state) in enumerate(zip(progress.plan.steps, progress.states, strict=True)):
        if state in (State.NEXT, State.LATER):
            yield number, step


def _needed(steps: Iterable[tuple[int, PlanStep]], progress: Progress, tree: SchemaTree) -> _Needed:
    needed: dict[tuple[str, str], _Member] = {}
    for number, step in reversed([*steps]):
        for edit in step.back:
            needed = _before(needed, edit_now(edit, progress.plan, tree), number)
    return needed


def _before(needed: dict[tuple[str, str], _Member], edit: SchemaEdit, number: int) -> dict[tuple[str, str], _Member]:
    """What is needed after an edit that undoes one."""
    match edit:
        case AddField(model, field, type_, attributes):
            return {**needed, (model, field): _Member(number, type_, attributes)}
        case AddEnumValue(enum, value):
            return {**needed, (enum, value.split(" ", 1)[0]): _Member(number)}
        case RemoveField(block, member) | RemoveEnumValue(block, member):
            return {key: value for key, value in needed.items() if key != (block, member)}
        case RenameField(block, member, to) | RenameEnumValueInSchema(block, member, to):
            left = {key: value for key, value in needed.items() if key != (block, member)}
            return {**left, (block, to): evolve(needed.get((block, member), _Member(number)), number=number)}
        case RetypeField(model, field, type_):
            return {**needed, (model, field): evolve(needed.get((model, field), _Member(number)), type=type_)}
        case AddAttribute(block, member, attribute):
            return {**needed, (block, member): _with_attribute(needed.get((block, member)), attribute, number)}
        case RemoveAttribute(block, member, name):
            return {**needed, (block, member): _without_attribute(needed.get((block, member)), name, number)}
        case RenameBlock(block, to):
            return {
                ((to if name == block else name), member): _of_type(value, block, to)
                for (name, member), value in needed.items()
            }
        case RemoveBlock(block):
            return {key: value for key, value in needed.items() if key[0] != block}
        case _:
            return needed


def _of_type(known: _Member, block: str, to: str) -> _Member:
    """A member whose type may be a block that is renamed."""
    return known if known.type is None else evolve(known, type=re.sub(rf"^{re.escape(block)}\b", to, known.type))


def _with_attribute(known: _Member | None, attribute: str, number: int) -> _Member:
    known = known or _Member(number)
    return known if known.attributes is None else evolve(known, attributes=(*known.attributes, attribute))


def _without_attribute(known: _Member | None, name: str, number: int) -> _Member:
    known = known or _Member(number)
    left = None if known.attributes is None else tuple(a for a in known.attributes if _bare(a) != name)
    return evolve(known, attributes=left)


def _misfits(needed: _Needed, tree: SchemaTree) -> Iterator[Divergence]:
    for (block, member), wanted in needed.items():
        found = tree.block(block)
        if found is None:  # plan-orphaned
            continue
        if found.keyword is Keyword.ENUM:
            if not holds(tree, AddEnumValue(block, member)):
                yield Divergence(block, member, Way.GONE, AddEnumValue(block, member), wanted.number, is_made=False)
            continue
        way = _misfit(block, member, wanted, tree)
        if way is not None:
            yield Divergence(block, member, *way, wanted.number, is_made=False)


def _misfit(block: str, member: str, wanted: _Member, tree: SchemaTree) -> tuple[Way, SchemaEdit] | None:
    again = AddField(block, member, wanted.type or "", wanted.attributes or ())
    if not holds(tree, again):
        other = _other_name(block, member, wanted, tree)
        return Way.GONE, RenameField(block, other, member) if other else again
    if wanted.type is not None and not holds(tree, RetypeField(block, member, wanted.type)):
        return Way.RETYPED, RetypeField(block, member, wanted.type)
    if wanted.attributes is None:
        return None
    here = {_spaceless(a): a for a in written_attributes(tree, block, member) if _counts(a)}
    there = {_spaceless(a): a for a in wanted.attributes if _counts(a)}
    missing = next((there[key] for key in there if key not in here), None)
    if missing is not None:
        return Way.ATTRIBUTE, AddAttribute(block, member, missing)
    extra = next((here[key] for key in here if key not in there), None)
    return (Way.ATTRIBUTE, RemoveAttribute(block, member, _bare(extra))) if extra is not None else None


def _other_name(block: str, member: str, wanted: _Member, tree: SchemaTree) -> str:
    """The field that has the column of a missing one; empty if there is none."""
    maps = {_spaceless(a) for a in wanted.attributes or () if _bare(a) == "map"} or {f'@map("{member}")'}
    found = tree.block(block)
    names = (field.name.text for field in found.fields) if found else ()
    return next((n for n in names if not maps.isdisjoint(map(_spaceless, written_attributes(tree, block, n)))), "")


def _counts(attribute: str) -> bool:
    """Whether the steps were made for it: it shapes the column or its values."""
    return _bare(attribute) in _SHAPING or _bare(attribute).startswith("db.")


_SHAPING = frozenset({"map", "default", "unique", "id", "updatedAt"})


def _bare(attribute: str) -> str:
    return attribute.lstrip("@").split("(", 1)[0].strip()


def _spaceless(text: str) -> str:
    return "".join(text.split())
