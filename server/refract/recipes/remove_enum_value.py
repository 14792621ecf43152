"""Removes an enum value that rows may have.

## What it does
`how` chooses the way:
- `swap` replaces the value in existing rows once the app no longer writes it, then recreates the type as Prisma does.
  Use it for tables small enough to be rewritten.
- `shadow` adds a second enum and a second column, kept in sync, in which the value is replaced.
  No table is rewritten.

## When to use it
Prisma creates a new type and converts the column, which fails on the first row that has the value.
The conversion rewrites the table while all reads and writes wait, and breaks prepared statements of running instances.

## Example
```prisma before
model User {
  id     Int    @id
  status Status
}

enum Status {
  ACTIVE
  GONE
  DELETED
}
```
```console
refract plan new remove-enum-value Status.GONE replacement=DELETED
```
```prisma after
model User {
  id     Int    @id
  status Status
}

enum Status {
  ACTIVE
  DELETED
}
```

## Going back
With `shadow`, every step can be undone.
With `swap`, the last step cannot be undone: which rows had the value is lost.

## Providers
`how=swap`: every SQL database.
`how=shadow`: PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes._enums import default_edits, retire_value, shadow_steps, stored_values, uses_of, without_map
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe

SWAP, SHADOW = "swap", "shadow"


@recipe(
    SubjectKind.VALUE,
    Question("replacement", "Value that replaces it in existing rows"),
    Question("how", "How the value is removed from the type", SWAP, (SWAP, SHADOW)),
)
def remove_enum_value(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    enum, value, other = s.answer("enum"), s.answer("value"), s.answer("replacement")
    block = s.enum(enum)
    names = [v.name.text for v in block.values]
    for name in (value, other):
        if name not in names:
            raise CannotPlan(f"{code_span(enum)} has no value {code_span(name)}.")
    if value == other:
        raise CannotPlan("`replacement` must be another value.")
    if s.answer("how") == SHADOW:
        stored = stored_values(s, enum)
        text = without_map(s.text(enum, *block.span)).replace(f"enum {enum}", f"enum {enum}V2", 1)
        written = "\n".join(line for line in text.split("\n") if line.split()[:1] != [value])
        yield from shadow_steps(s, enum, written, f"{enum}V2", {stored[value]: stored[other]}, {})
        return
    yield from _by_swap(s, enum, value, other)


def _by_swap(s: Situation, enum: str, value: str, other: str) -> Iterator[Step]:
    uses = uses_of(s, enum)
    if any(use.is_list for use in uses):
        raise CannotPlan(
            f"A field is a list of {code_span(enum)}. Remove {code_span(value)} from existing lists with a migration first."
        )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that writes {code_span(other)} instead of {code_span(value)}",
        edits=tuple(default_edits(uses, value, other)),
        after=(Deploy(reads=(value, other), writes=(other,)), OLD_INSTANCES_STOPPED),
        ends_use=(f"{enum}.{value}",),
    )
    yield from retire_value(s, enum, value, other)
