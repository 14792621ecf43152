"""Adds a value to an enum before any app instance writes it.

## What it does
Adds the value to the enum.
You then deploy a version that can read the value, and last a version that writes it.

## When to use it
An app instance that does not know the value fails on the first row that has it.
PostgreSQL also rejects a new value in the transaction that adds it (55P04), for example as a default.

## Example
```prisma before
model User {
  id   Int  @id
  role Role
}

enum Role {
  MEMBER
  ADMIN
}
```
```console
refract plan new add-enum-value Role value=EDITOR
```
```prisma after
model User {
  id   Int  @id
  role Role
}

enum Role {
  MEMBER
  ADMIN
  EDITOR
}
```

## Going back
PostgreSQL cannot remove an enum value; an unused one is harmless.
Once a row has the value, do not deploy a version that cannot read it.

## Providers
Every SQL database.
If enums exist only in Prisma Client (SQLite, SQL Server), the database does not change.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes._enums import value_stays
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddEnumValue


@recipe(
    SubjectKind.ENUM,
    Question("value", "New value"),
    Question("after", "Value to insert it after (empty: at the end)", ""),
)
def add_enum_value(s: Situation) -> Iterator[Step]:
    """The value, readers, writers."""
    enum, value = s.answer("enum"), s.answer("value")
    names = [v.name.text for v in s.enum(enum).values]
    if value in names:
        raise CannotPlan(f"{code_span(enum)} already has the value {code_span(value)}.")
    if s.answer("after") and s.answer("after") not in names:
        raise CannotPlan(f"{code_span(enum)} has no value {code_span(s.answer('after'))}.")
    if s.provider.inline_enums and s.answer("after") not in ("", names[-1]):
        raise CannotPlan(
            f"A value in the middle makes {s.provider.name} copy each table that uses the enum. Add the value at the end."
        )
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {code_span(value)} to {code_span(enum)}",
        edits=(AddEnumValue(enum, value, s.answer("after")),),
        point_of_no_return=s.provider.enum_types,
        note=value_stays(s, value),
    )
    yield Step(
        id="read",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that can read {code_span(value)}",
        after=(Deploy(reads_only=(value,)), OLD_INSTANCES_STOPPED),
    )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that writes {code_span(value)}",
        after=(Deploy(writes=(value,)),),
        oldest_version_that_may_return="read",
    )
