"""Renames an enum while old and new versions of the app run.

## What it does
`how` chooses the way:
- `map` gives the enum the new name and keeps the type's name with `@@map`. The database does not change.
- `shadow` adds a second type and a second column for the one field that uses the enum, kept in sync.
  No table is rewritten.
- `at-once` renames the type while the app is stopped.

## When to use it
Prisma takes a renamed enum for a dropped and a new one, and drops the columns of its type.
`ALTER TYPE ... RENAME` breaks running instances, since Prisma Client casts values to the type by name.

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
refract plan new rename-enum Role to=UserRole
```
```prisma after
model User {
  id   Int      @id
  role UserRole
}

enum UserRole {
  MEMBER
  ADMIN

  @@map("Role")
}
```

## Going back
Every step can be undone. No data is lost.

## Providers
`how=map` and `how=at-once`: every SQL database.
They do the same if enums exist only in Prisma Client.
`how=shadow`: PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.recipes._enums import enum_of, renamed_enum_steps
from refract.recipes.acts import Deploy, Start, StopAll
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddBlockAttribute, RenameBlock
from refract.schema.changes import RenameEnum
from refract.schema.model import QualifiedName
from refract.syntax.tree import Keyword

MAP, SHADOW, AT_ONCE = "map", "shadow", "at-once"


@recipe(
    SubjectKind.ENUM,
    Question("to", "New name of the enum"),
    Question("how", "How the type is renamed", MAP, (MAP, SHADOW, AT_ONCE)),
)
def rename_enum(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    old, to = s.answer("enum"), s.new_block_name(s.answer("to"), Keyword.ENUM)
    block, enum = s.enum(old), enum_of(s, old)
    rename = RenameBlock(old, to)
    mapped = block.attribute("map") is not None
    if s.answer("how") == MAP or not s.provider.enum_types:
        keep = (
            ()
            if mapped or not s.provider.enum_types
            else (AddBlockAttribute(to, f"@@map({prisma_string(enum.name.name)})"),)
        )
        yield Step(
            id="rename",
            phase=Phase.SWITCH,
            title=f"Rename the enum to {code_span(to)}, keep its name in the database",
            edits=(rename, *keep),
            after=(Deploy(uses=(to,), instead_of=(old,)),),
            ends_use=(old,),
        )
        return
    if s.answer("how") == SHADOW:
        yield from renamed_enum_steps(s, old, to)
        return
    if mapped:
        raise CannotPlan(f"@@map already names the type of {code_span(old)}. Pass `how=map`.")
    change = RenameEnum(before=enum, after=evolve(enum, name=QualifiedName(enum.name.schema, to), enum_name=to))
    yield Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Rename the type {code_span(enum.name.name)} to {code_span(to)}",
        edits=(rename,),
        changes=(change,),
        before=(StopAll(),),
        after=(Start(uses=(to,)),),
        ends_use=(old,),
    )
