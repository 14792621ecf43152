"""Keeps the database's name of what the schema renames: `@map` on a field, `@@map` on a model or enum."""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff.renames import value_renames
from refract.fixes._schema import in_block, quoted
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddColumn, AlterEnum, CreateEnum, CreateTable, DropColumn, DropEnum, DropTable
from refract.schema.model import Enum, Table
from refract.syntax import edits


@fixes("field-rename-as-drop-add")
def keep_column(context: FixContext) -> Iterator[Fix]:
    """`@map("old")` on the renamed field: nothing changes in the database."""
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropColumn) or not isinstance(rename.added, AddColumn):
        return
    column, old = rename.added.column, rename.dropped.column.name
    key = column.origin.block if column.origin else ""
    block = context.tree.block(key)
    written = block.field(column.field_name) if block else None
    if written is None or written.attribute("map") is not None:  # the name was chosen by hand, or it is read from SQL
        return
    attribute = f"@map({quoted(old)})"
    yield Fix(
        title=f'Keep the column "{old}": add {attribute}',
        build=lambda: in_block(context, key, lambda d: edits.add_attribute(d, key, column.field_name, attribute)),
        preferred=True,
    )


@fixes("model-rename-as-drop-create", "enum-rename-as-column-recreate")
def keep_table_or_enum(context: FixContext) -> Iterator[Fix]:
    """`@@map("old")` on the renamed model or enum: nothing changes in the database."""
    rename = context.finding.rename
    if rename is None:
        return
    if isinstance(rename.dropped, DropTable) and isinstance(rename.added, CreateTable):
        yield from _keep(context, rename.added.table, "table", rename.dropped.table.name.name)
    if isinstance(rename.dropped, DropEnum) and isinstance(rename.added, CreateEnum):
        yield from _keep(context, rename.added.enum, "enum", rename.dropped.enum.name.name)


@fixes("rename-enum-value")
def keep_value(context: FixContext) -> Iterator[Fix]:
    """`@map("old")` on the renamed value: the rows keep what they hold."""
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
    if written is None or written.attribute("map") is not None:
        return
    attribute = f"@map({quoted(rename.before)})"
    yield Fix(
        title=f'Keep the value "{rename.before}" in the database: add {attribute}',
        build=lambda: in_block(context, key, lambda d: edits.add_attribute(d, key, new.value_name, attribute)),
        preferred=True,
    )


def _keep(context: FixContext, renamed: Table | Enum, kind: str, old: str) -> Iterator[Fix]:
    key = renamed.origin.block if renamed.origin else ""
    block = context.tree.block(key)
    if block is None or block.attribute("map") is not None:
        return
    attribute = f"@@map({quoted(old)})"
    yield Fix(
        title=f'Keep the {kind} "{old}": add {attribute}',
        build=lambda: in_block(context, key, lambda d: edits.add_block_attribute(d, key, attribute)),
        preferred=True,
    )
