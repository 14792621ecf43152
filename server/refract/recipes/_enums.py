"""A second enum alongside the first: what renaming and removing enum values have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.recipes._sql import row, string, type_text
from refract.recipes._twin import TRIGGER, NewField, Twin, twin_steps
from refract.recipes.acts import Deploy, RestartPooled, Until, Wait
from refract.recipes.base import CannotPlan, Fill, ModelField, Phase, Situation, Step
from refract.recipes.schema_edits import (
    AddAttribute,
    AddBlock,
    AddBlockAttribute,
    RemoveAttribute,
    RemoveBlock,
    RemoveEnumValue,
    RenameBlock,
    SchemaEdit,
)
from refract.schema.model import Enum


def enum_of(s: Situation, name: str) -> Enum:
    """What the database has for an enum of the schema. Raises CannotPlan."""
    found = next((e for e in s.database.enums.values() if e.enum_name == name), None)
    if found is None:
        raise CannotPlan(f"The schema has no enum {code_span(name)}.")
    return found


def uses_of(s: Situation, enum: str) -> list[ModelField]:
    """The fields of an enum."""
    models = (t.model_name for t in s.database.tables.values() if t.model_name)
    users = (m for m in models if any(node.type.name.text == enum for node in s.block(m).fields))
    return [f for model in users for f in s.fields(model) if f.type_name == enum and f.column is not None]


def default_edits(uses: Iterable[ModelField], old: str, new: str) -> Iterator[SchemaEdit]:
    """`@default(new)` in the place of `@default(old)`."""
    for use in uses:
        if use.attribute("default") == f"@default({old})":
            yield RemoveAttribute(use.model, use.name, "default")
            yield AddAttribute(use.model, use.name, f"@default({new})")


def retire_value(s: Situation, enum: str, value: str, other: str) -> Iterator[Step]:
    """The last steps for a value that the app no longer writes: its rows get the other value, then it is removed."""
    stored = {**stored_values(s, enum), other: stored_values(s, enum).get(other, other)}
    fills = tuple(
        Fill(
            s.table(use.model),
            ((use.column.name, string(stored[other])),),
            f"{row(s, use.column.name)} = {string(stored[value])}",
        )
        for use in uses_of(s, enum)
        if use.column is not None and not use.is_list
    )
    if fills:
        yield Step(
            id="backfill",
            phase=Phase.BACKFILL,
            title=f"Change {code_span(value)} to {code_span(other)} in existing rows",
            fills=fills,
        )
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Remove {code_span(value)}",
        edits=(RemoveEnumValue(enum, value),),
        before=(Wait(Until.QUIET_HOURS, enum),) if s.provider.enum_types else (),
        after=(RestartPooled(enum, "0A000"),) if s.provider.enum_types else (),
        point_of_no_return=True,
        loses=f"which rows held {code_span(value)}",
    )


def value_stays(s: Situation, value: str) -> str:
    """The note of a step that adds a value to a type from which the database cannot remove one."""
    return (
        f"PostgreSQL cannot remove enum values. An unused {code_span(value)} is harmless."
        if s.provider.enum_types
        else ""
    )


def stored_values(s: Situation, enum: str) -> dict[str, str]:
    """What the database calls each value of an enum."""
    return {(v.value_name or v.name): v.name for v in enum_of(s, enum).values}


def shadow_steps(
    s: Situation, enum: str, text: str, new_name: str, values: dict[str, str], back: dict[str, str]
) -> Iterator[Step]:
    """A second enum `new_name` (its block is `text`) that replaces `enum`, for the one field that uses it.

    `values` maps old values to new ones if their names differ, `back` maps them in the other direction for the undo.
    The new enum gets the old one's name in the schema when the app switches over.
    """
    retired = f"{enum}Old"
    mapped = s.block(enum).attribute("map") is not None
    named = enum_of(s, enum).name.name
    known = {stored: value for value, stored in stored_values(s, enum).items()}
    uses, instead_of = (tuple(known.get(value, value) for value in side) for side in (values.values(), values))
    twin = evolve(
        _enum_twin(s, enum, text, new_name, values, back),
        leftover=(RemoveBlock(retired),),
        switching=(
            RenameBlock(enum, retired),
            *(() if mapped else (AddBlockAttribute(retired, f"@@map({prisma_string(named)})"),)),
            RenameBlock(new_name, enum),
            AddBlockAttribute(enum, f"@@map({prisma_string(new_name)})"),
        ),
        restoring=(AddBlock(_retired_block(s, enum, retired)),),
        deployed=Deploy(uses=uses, instead_of=instead_of),
        old_type=retired,
    )
    yield from twin_steps(s, twin, TRIGGER)


def renamed_enum_steps(s: Situation, enum: str, new_name: str) -> Iterator[Step]:
    """A second enum of the same values, `new_name`, in the place of `enum`, for the one field that uses it."""
    text = s.text(enum, *s.block(enum).span)
    copy = without_map(text).replace(f"enum {enum}", f"enum {new_name}", 1)
    twin = evolve(
        _enum_twin(s, enum, copy, new_name, {}, {}), leftover=(RemoveBlock(enum),), restoring=(AddBlock(text),)
    )
    yield from twin_steps(s, twin, TRIGGER)


def _enum_twin(s: Situation, enum: str, text: str, new_name: str, values: dict[str, str], back: dict[str, str]) -> Twin:
    """A column of the new enum in the place of the one of the old."""
    uses = uses_of(s, enum)
    if len(uses) != 1:
        raise CannotPlan(
            f"`how=shadow` needs exactly one field of type {code_span(enum)}, but the schema has {len(uses) or 'none'}."
        )
    old = uses[0]
    if old.is_list:
        raise CannotPlan(
            f"`how=shadow` does not support lists, and {code_span(f'{old.model}.{old.name}')} is a list of {code_span(enum)}."
        )
    assert old.column is not None, "uses_of gives fields with a column"
    column = f"{old.column.name}_v2"
    name = s.new_name(old.model, f"{old.name}V2")
    new_type = _type_of(s, old, new_name)
    old_type = type_text(s, old.column)
    default = old.attribute("default")
    known = {v.name: v.value_name or v.name for v in enum_of(s, enum).values}
    renamed = {known.get(k, k): v for k, v in values.items()}
    if default:
        word = re.sub(r"@default\(\s*(\w+).*\)", r"\1", default)
        default = f"@default({renamed.get(word, word)})"
    new = NewField(
        name,
        new_name,
        column,
        old.without("unique", "map", "default"),
        required=old.is_required,
        unique=bool(old.attribute("unique")),
        final=old.name,
    )
    return Twin(
        model=old.model,
        table=s.table(old.model),
        olds=(old,),
        news=(new,),
        forward=((column, _translated(s, row(s, old.column.name), values, new_type)),),
        backward=((old.column.name, _translated(s, row(s, column), back, old_type)),),
        later=(AddAttribute(old.model, old.name, default),) if default else (),
        extra=(AddBlock(text, enum),),
    )


def without_map(text: str) -> str:
    """The text of an enum without its `@@map`: two types cannot share a name in the database."""
    return "\n".join(line for line in text.split("\n") if not line.strip().startswith("@@map("))


def _retired_block(s: Situation, enum: str, retired: str) -> str:
    text = s.text(enum, *s.block(enum).span).replace(f"enum {enum}", f"enum {retired}", 1)
    if s.block(enum).attribute("map"):
        return text
    return text.rstrip().removesuffix("}").rstrip() + f"\n\n  @@map({prisma_string(enum_of(s, enum).name.name)})\n}}"


def _type_of(s: Situation, old: ModelField, new_name: str) -> str:
    column = old.column
    assert column is not None, "a field with a column"
    if column.type.enum is None:
        raise CannotPlan(f"`how=shadow` needs enum types, which {s.provider.name} does not have.")
    return s.provider.quote_name(column.type.enum._replace(name=new_name))


def _translated(s: Situation, value: str, words: dict[str, str], type_: str) -> str:
    cases = " ".join(f"WHEN {string(old)} THEN {string(new)}" for old, new in words.items())
    text = f"CAST({value} AS TEXT)"
    return f"CAST(CASE {text} {cases} ELSE {text} END AS {type_})" if cases else f"CAST({text} AS {type_})"
