"""Renames an enum value while old and new versions of the app run.

## What it does
`how` chooses the way:
- `map` gives the value the new name and keeps the stored name with `@map`. The database does not change.
- `value` adds the new value, deploys versions that read and then write it, and updates the rows.
  The old value may stay in the type unused; removing it rewrites the table.
- `shadow` adds a second enum and a second column, kept in sync. No table is rewritten.

## When to use it
Prisma takes a renamed value for a dropped and a new one.
It creates a new type and converts the column, which fails on rows that have the old value.
`RENAME VALUE` breaks every running instance that knows the old name.

## Example
```prisma before
model User {
  id     Int    @id
  status Status
}

enum Status {
  ACTIVE
  GONE
}
```
```console
refract plan new rename-enum-value Status.GONE to=LEFT
```
```prisma after
model User {
  id     Int    @id
  status Status
}

enum Status {
  ACTIVE
  LEFT @map("GONE")
}
```

## Going back
With `map` and `shadow`, every step can be undone.
With `value`, PostgreSQL cannot remove the new value; an unused one is harmless.
Removing the old value cannot be undone: which rows had the value is lost.

## Providers
`how=map` and `how=value`: every SQL database.
`how=shadow`: PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.recipes._enums import (
    default_edits,
    retire_value,
    shadow_steps,
    stored_values,
    uses_of,
    value_stays,
    without_map,
)
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, AddEnumValue, RenameEnumValueInSchema

MAP, VALUE, SHADOW = "map", "value", "shadow"


@recipe(
    SubjectKind.VALUE,
    Question("to", "New name of the value"),
    Question("how", "How the value is renamed", MAP, (MAP, VALUE, SHADOW)),
)
def rename_enum_value(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    enum, value, to = s.answer("enum"), s.answer("value"), s.answer("to")
    block = s.enum(enum)
    names = [v.name.text for v in block.values]
    if value not in names or to in names:
        raise CannotPlan(
            f"{code_span(enum)} has no value {code_span(value)}."
            if value not in names
            else f"{code_span(enum)} already has the value {code_span(to)}."
        )
    stored = stored_values(s, enum)[value]
    match s.answer("how"):
        case "map":
            node = next(v for v in block.values if v.name.text == value)
            keep = () if node.attribute("map") else (AddAttribute(enum, to, f"@map({prisma_string(stored)})"),)
            yield Step(
                id="rename",
                phase=Phase.SWITCH,
                title=f"Rename the value to {code_span(to)}, keep {code_span(stored)} in the database",
                edits=(RenameEnumValueInSchema(enum, value, to), *keep),
                after=(Deploy(uses=(to,), instead_of=(value,)),),
            )
        case "value":
            yield from _by_value(s, enum, value, to)
        case _:
            text = without_map(s.text(enum, *block.span))
            shadow = f"{enum}V2"
            written = _with_value(text.replace(f"enum {enum}", f"enum {shadow}", 1), value, to)
            yield from shadow_steps(s, enum, written, shadow, {stored: to}, {to: stored})


def _by_value(s: Situation, enum: str, value: str, to: str) -> Iterator[Step]:
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {code_span(to)} to {code_span(enum)}",
        edits=(AddEnumValue(enum, to, "" if s.provider.inline_enums else value),),
        point_of_no_return=s.provider.enum_types,
        note=value_stays(s, to),
    )
    yield Step(
        id="read",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that reads both and writes {code_span(value)}",
        after=(Deploy(reads=(value, to), writes=(value,)), OLD_INSTANCES_STOPPED),
    )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that writes {code_span(to)}",
        edits=tuple(default_edits(uses_of(s, enum), value, to)),
        after=(Deploy(reads=(value, to), writes=(to,)), OLD_INSTANCES_STOPPED),
        oldest_version_that_may_return="read",
        ends_use=(f"{enum}.{value}",),
    )
    yield from retire_value(s, enum, value, to)


def _with_value(text: str, value: str, to: str) -> str:
    """The block with one value under its new name, without a `@map`."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.split()[:1] == [value]:
            lines[number] = line[: len(line) - len(line.lstrip())] + to
    return "\n".join(lines)
