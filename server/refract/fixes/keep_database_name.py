"""Keeps the name in the database when the schema renames something.

## What it does
Adds `@map("old")` to a renamed field or enum value, or `@@map("old")` to a renamed model or enum.
Prisma Client uses the new name, the database keeps the old one.

## When it is offered
The schema renames the object, and the renamed object has no `@map` or `@@map` yet.

## What it costs
Nothing: no row, column, table or type changes, and old code keeps working.
The schema and the database use two names for one object.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff.renames import value_renames
from refract.escaping import prisma_string
from refract.fixes._schema import in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddColumn, AlterEnum, CreateEnum, CreateTable, DropColumn, DropEnum, DropTable
from refract.schema.model import Enum, Table
from refract.syntax import edits


@fixes("field-rename-as-drop-add")
def keep_column(context: FixContext) -> Iterator[Fix]:
    """`@map("old")` on the renamed field."""
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropColumn) or not isinstance(rename.added, AddColumn):
        return
    column = rename.added.column
    key = column.origin.block if column.origin else ""
    block = context.tree.block(key)
    written = block.field(column.field_name) if block else None
    if written is not None and written.attribute("map") is None:
        yield _keep_member(context, "column", key, column.field_name, rename.dropped.column.name)


@fixes("model-rename-as-drop-create", "enum-rename-as-column-recreate")
def keep_table_or_enum(context: FixContext) -> Iterator[Fix]:
    """`@@map("old")` on the renamed model or enum."""
    rename = context.finding.rename
    if rename is None:
        return
    if isinstance(rename.dropped, DropTable) and isinstance(rename.added, CreateTable):
        yield from _keep_block(context, rename.added.table, "table", rename.dropped.table.name.name)
    if isinstance(rename.dropped, DropEnum) and isinstance(rename.added, CreateEnum):
        yield from _keep_block(context, rename.added.enum, "enum type", rename.dropped.enum.name.name)


@fixes("rename-enum-value")
def keep_value(context: FixContext) -> Iterator[Fix]:
    """`@map("old")` on the renamed value."""
    change = context.finding.change
    if not isinstance(change, AlterEnum) or context.statements:
        return
    new = next((value for value in change.after.values if value.origin == context.finding.origin), None)
    rename = next((r for r in value_renames(change) if new is not None and r.after == new.name), None)
    key = change.after.origin.block if change.after.origin else ""
    block = context.tree.block(key)
    if block is None or new is None or rename is None:
        return
    written = next((value for value in block.values if value.name.text == new.value_name), None)
    if written is not None and written.attribute("map") is None:
        yield _keep_member(context, "stored value", key, new.value_name, rename.before)


def _keep_member(context: FixContext, kept: str, key: str, member: str, old: str) -> Fix:
    attribute = f"@map({prisma_string(old)})"
    return Fix(
        title=f"Keep the {kept}: add {attribute}",
        build=lambda: in_block(context, key, lambda d: edits.add_attribute(d, key, member, attribute)),
        preferred=True,
    )


def _keep_block(context: FixContext, renamed: Table | Enum, kept: str, old: str) -> Iterator[Fix]:
    key = renamed.origin.block if renamed.origin else ""
    block = context.tree.block(key)
    if block is None or block.attribute("map") is not None:
        return
    attribute = f"@@map({prisma_string(old)})"
    yield Fix(
        title=f"Keep the {kept}: add {attribute}",
        build=lambda: in_block(context, key, lambda d: edits.add_block_attribute(d, key, attribute)),
        preferred=True,
    )
