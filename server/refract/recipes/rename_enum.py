"""Renames an enum while programs use it.

Why it takes steps
    Prisma sees an enum that goes and another that comes, and drops the columns of its type. `ALTER TYPE ... RENAME`
    breaks running programs: Prisma Client casts values to the type by its name.

Ways
    map: the enum gets the new name, the type keeps the old one. Nothing happens in the database. Offered first.
    shadow: a second type and a second column, kept in step, for the one field that uses the enum. Programs of both kinds
    run side by side, and no table is written anew.
    at-once: the type is renamed. For a pause in operation.

Example
    refract plan new rename-enum Role to=UserRole

Providers
    map and at-once: every SQL database; where enums live in Prisma Client only, they are the same. shadow: PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.recipes._enums import enum_of, renamed_enum_steps
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddBlockAttribute, RenameBlock
from refract.schema.changes import RenameEnum
from refract.schema.model import QualifiedName

MAP, SHADOW, AT_ONCE = "map", "shadow", "at-once"


@recipe(
    SubjectKind.ENUM,
    Question("to", "The new name of the enum"),
    Question("how", "What becomes of the type", MAP, (MAP, SHADOW, AT_ONCE)),
)
def rename_enum(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    old, to = s.answer("enum"), s.answer("to")
    if s.tree.block(to) is not None:
        raise CannotPlan(f"the schema has a `{to}` already.")
    if not to.isidentifier() or not to.isascii() or to.startswith("_"):
        raise CannotPlan(f"`{to}` cannot be the name of an enum: letters, digits and `_`, a letter first.")
    block, enum = s.enum(old), enum_of(s, old)
    rename = RenameBlock(old, to)
    mapped = block.attribute("map") is not None
    if s.answer("how") == MAP or not s.provider.enum_types:
        keep = () if mapped or not s.provider.enum_types else (AddBlockAttribute(to, f'@@map("{enum.name.name}")'),)
        yield Step(
            id="rename",
            phase=Phase.SWITCH,
            title=f"Call the enum `{to}`; the database keeps its name",
            edits=(rename, *keep),
            deploy=f"Deploy the application with `{to}` in place of `{old}`. It may run beside the old one.",
            ends_use=(old,),
        )
        return
    if s.answer("how") == SHADOW:
        yield from renamed_enum_steps(s, old, to)
        return
    if mapped:
        raise CannotPlan(f"the type of `{old}` is named by @@map already: take how=map.")
    change = RenameEnum(before=enum, after=evolve(enum, name=QualifiedName(enum.name.schema, to), enum_name=to))
    yield Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Rename the type `{enum.name.name}` to `{to}`",
        edits=(rename,),
        changes=(change,),
        deploy=f"Stop every instance that knows `{old}`, run the migration, start the version that knows `{to}`.",
        ends_use=(old,),
    )
