"""Recipes for changes of whole models and enums: renamed, removed, with values added, removed or renamed."""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff.renames import value_renames
from refract.fixes._proposal import Proposal
from refract.fixes.base import FixContext
from refract.lowering.arguments import database_name
from refract.recipes.schema_edits import (
    AddBlock,
    AddEnumValue,
    AddField,
    RemoveEnumValue,
    RenameBlock,
    RenameEnumValueInSchema,
    SchemaEdit,
    block_text,
)
from refract.schema.changes import AlterEnum, CreateEnum, CreateTable, DropEnum, DropTable
from refract.syntax import SchemaTree
from refract.syntax.tree import Block, Field
from refract.syntax.written import written_field


def model_renamed(context: FixContext) -> Proposal | None:
    """A renamed table, with a view under the old name."""
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropTable) or not isinstance(rename.added, CreateTable):
        return None
    old, new = rename.dropped.table.name.name, rename.added.table.model_name
    if not _is_renamed(context, old, new):
        return None
    return Proposal("rename-model", {"model": old, "to": new, "how": "view"}, (RenameBlock(new, old),))


def _is_renamed(context: FixContext, old: str, new: str) -> bool:
    """Whether the block itself is renamed, and not only its `@@map`."""
    block, deployed = context.tree.block(new), context.deployed()
    former = deployed.block(old) if deployed else None
    is_known = deployed is None or (former is not None and former.attribute("map") is None)
    return is_known and block is not None and block.attribute("map") is None and context.tree.block(old) is None


def model_dropped(context: FixContext) -> Proposal | None:
    """A dropped table, restored from the deployed schema with the fields of other models that refer to it."""
    change, tree = context.finding.change, context.deployed()
    if not isinstance(change, DropTable) or tree is None:
        return None
    block = next((b.block for b in tree.blocks() if database_name(b.block) == change.table.name.name), None)
    if block is None or context.tree.block(block.name.text) is not None:
        return None
    name = block.name.text
    restore: tuple[SchemaEdit, ...] = (AddBlock(block_text(tree, name)), *_fields_of_type(context, tree, block))
    return Proposal("drop-model", {"model": name}, restore)


def _fields_of_type(context: FixContext, tree: SchemaTree, model: Block) -> Iterator[AddField]:
    """The fields of other models that were removed with the model."""
    for placed in tree.blocks():
        now = context.tree.block(placed.block.name.text)
        for field in placed.block.fields if now is not None else ():
            if field.type.name.text == model.name.text and now is not None and now.field(field.name.text) is None:
                yield _as_it_was(tree, placed.block, field)


def _as_it_was(tree: SchemaTree, block: Block, node: Field) -> AddField:
    written = written_field(tree, block.name.text, node)
    return AddField(written.model, written.name, written.type, written.attributes)


def enum_renamed(context: FixContext) -> Proposal | None:
    """A renamed enum, with a second type next to the old one."""
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropEnum) or not isinstance(rename.added, CreateEnum):
        return None
    old, new = rename.dropped.enum.name.name, rename.added.enum.enum_name
    if not _is_renamed(context, old, new):
        return None
    return Proposal("rename-enum", {"enum": old, "to": new, "how": "shadow"}, (RenameBlock(new, old),))


def value_renamed(context: FixContext) -> Proposal | None:
    """A renamed value, by a second type if the database has enum types, else value by value."""
    change = context.finding.change
    if not isinstance(change, AlterEnum):
        return None
    pairs = value_renames(change)
    if len(pairs) != 1 or len(change.added) != 1 or len(change.removed) != 1:
        return None
    enum, old, new = change.after.enum_name or change.after.name.name, pairs[0].before, pairs[0].after
    how = "shadow" if context.provider.enum_types else "value"
    return Proposal(
        "rename-enum-value",
        {"enum": enum, "value": old, "to": new, "how": how},
        (RenameEnumValueInSchema(enum, new, old),),
    )


def value_added(context: FixContext) -> Proposal | None:
    """A new value, which all app instances must be able to read before any of them writes it."""
    change = context.finding.change
    if not isinstance(change, AlterEnum) or len(change.added) != 1 or change.removed:
        return None
    enum, value = change.after.enum_name or change.after.name.name, change.added[0]
    names = [v.name for v in change.after.values]
    at = names.index(value)
    after = names[at - 1] if at and at < len(names) - 1 else ""
    return Proposal("add-enum-value", {"enum": enum, "value": value, "after": after}, (RemoveEnumValue(enum, value),))


def value_removed(context: FixContext) -> Proposal | None:
    """A value that rows may hold."""
    change = context.finding.change
    if not isinstance(change, AlterEnum) or len(change.removed) != 1 or change.added or not change.after.values:
        return None
    enum, value = change.after.enum_name or change.after.name.name, change.removed[0]
    names = [v.name for v in change.before.values]
    at = names.index(value)
    restore = AddEnumValue(enum, value, names[at - 1] if at else "")
    replacement = change.after.values[0].value_name or change.after.values[0].name
    return Proposal("remove-enum-value", {"enum": enum, "value": value, "replacement": replacement}, (restore,))
