"""Removes a value of an enum that rows may hold.

Why it takes steps
    Prisma makes a new type and converts the column: that fails on the first row that holds the value, writes the table
    anew while nobody can use it, and breaks the prepared statements of running programs.

Ways
    swap: programs stop writing the value, the rows get another, then the type is made anew as Prisma does it: for tables
    that are small enough to be written anew.
    shadow: a second enum and a second column, kept in step, in which the value is replaced. No table is written anew.

Example
    refract plan new remove-enum-value Status.GONE replacement=DELETED how=shadow

Providers
    swap: every SQL database. shadow: PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes._enums import enum_of, shadow_steps, uses_of, without_map
from refract.recipes._sql import row, string
from refract.recipes.base import CannotPlan, Fill, Phase, Question, Situation, Step, Subject, recipe
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddAttribute, RemoveAttribute, RemoveEnumValue, SchemaEdit

SWAP, SHADOW = "swap", "shadow"


@recipe(
    Subject.VALUE,
    Question("replacement", "The value that rows get in its place"),
    Question("how", "How the type loses it", SWAP, (SWAP, SHADOW)),
)
def remove_enum_value(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    enum, value, other = s.answer("enum"), s.answer("value"), s.answer("replacement")
    block = s.enum(enum)
    names = [v.name.text for v in block.values]
    for name in (value, other):
        if name not in names:
            raise CannotPlan(f"`{enum}` has no value `{name}`.")
    if value == other:
        raise CannotPlan("the replacement is another value.")
    stored = {(v.value_name or v.name): v.name for v in enum_of(s, enum).values}
    if s.answer("how") == SHADOW:
        text = without_map(s.text(enum, *block.span)).replace(f"enum {enum}", f"enum {enum}V2", 1)
        written = "\n".join(line for line in text.split("\n") if line.split()[:1] != [value])
        yield from shadow_steps(s, enum, written, f"{enum}V2", {stored[value]: stored[other]}, {})
        return
    yield from _by_swap(s, enum, value, other, stored)


def _by_swap(s: Situation, enum: str, value: str, other: str, stored: dict[str, str]) -> Iterator[Step]:
    uses = [use for use in uses_of(s, enum) if use.column is not None]
    if any(use.is_list for use in uses):
        raise CannotPlan(f"a list of `{enum}` is in use: take `{value}` out of it with SQL of your own first.")
    defaults: tuple[SchemaEdit, ...] = tuple(
        edit
        for use in uses
        if use.attribute("default") == f"@default({value})"
        for edit in (
            RemoveAttribute(use.model, use.name, "default"),
            AddAttribute(use.model, use.name, f"@default({other})"),
        )
    )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"The application no longer writes `{value}`",
        edits=defaults,
        deploy=f"Deploy the version of the application that writes `{other}` in place of `{value}`, and can still read both. "
        "Go on when no instance of an older one is left.",
        ends_use=(f"{enum}.{value}",),
    )
    fills = tuple(
        Fill(
            s.table(u.model),
            ((u.column.name, string(stored[other])),),
            f"{row(s, u.column.name)} = {string(stored[value])}",
        )
        for u in uses
        if u.column is not None
    )
    if fills:
        yield Step(
            id="backfill",
            phase=Phase.BACKFILL,
            title=f"Change `{value}` to `{other}` in the rows that are there",
            fills=fills,
        )
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Remove `{value}`",
        edits=(RemoveEnumValue(enum, value),),
        check="\n".join(f"{dialect(s.provider.name).remaining(fill)};" for fill in fills),
        loses=f"which rows held `{value}`.",
    )
