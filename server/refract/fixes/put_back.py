"""Puts back what the schema removes, so that nothing is dropped yet: the first step of removing it safely."""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import former_field, in_block, model_of
from refract.fixes.base import Fix, FixContext, fixes
from refract.lowering.arguments import database_name
from refract.recipes.schema_edits import block_text
from refract.schema.changes import AlterEnum, DropColumn, DropTable
from refract.syntax import Document, SchemaTree, edits
from refract.syntax.tree import Block, Keyword
from refract.text import FileEdits, TextEdit


@fixes("drop-column", "drop-without-ignore-step", "mssql-drop-defaulted-column")
def ignored_field(context: FixContext) -> Iterator[Fix]:
    """The field again, with `@ignore`: the column stays, and new programs no longer ask for it."""
    change = context.finding.change
    if not isinstance(change, DropColumn) or context.statements:
        return
    former, model = former_field(context, change.table, change.column.name), model_of(context, change.table)
    if former is None or former.field.attribute("ignore") is not None:
        return
    name = former.field.name.text
    filled = change.column.nullable or change.column.default is not None or change.column.auto_increment
    type_text = former.type_text if filled else f"{former.type_name}?"
    attributes = (*former.attributes, "@ignore")
    yield Fix(
        title=f"Put `{name}` back with @ignore, and drop the column in a later release",
        build=lambda: in_block(context, model, lambda d: edits.add_field(d, model, name, type_text, attributes)),
        preferred=True,
        note="" if filled else "It becomes optional, since nothing fills it any more.",
    )


@fixes("drop-table")
def ignored_model(context: FixContext) -> Iterator[Fix]:
    """The model again, with `@@ignore`: the table stays."""
    change, tree = context.finding.change, context.deployed()
    if not isinstance(change, DropTable) or tree is None or context.statements:
        return
    block = next((b.block for b in tree.blocks() if database_name(b.block) == change.table.name.name), None)
    document = next(iter(context.tree.documents), None)
    text = block_text(tree, block.name.text) if block else None
    if block is None or text is None or document is None or block.attribute("ignore") or _has_relations(tree, block):
        return
    ignored = text.rstrip().removesuffix("}").rstrip() + "\n\n  @@ignore\n}"
    yield Fix(
        title=f"Put `{block.name.text}` back with @@ignore, and drop the table in a later release",
        build=lambda: (FileEdits(document.path, tuple(edits.add_block(document, ignored))),),
        preferred=True,
    )


@fixes("remove-enum-value", "remove-enum-value-in-use")
def enum_values(context: FixContext) -> Iterator[Fix]:
    """The removed values again."""
    change = context.finding.change
    if not isinstance(change, AlterEnum) or not change.removed or context.statements:
        return
    key = change.after.origin.block if change.after.origin else ""
    if context.tree.block(key) is None:
        return
    listed = ", ".join(change.removed)

    def add(document: Document) -> list[TextEdit]:
        return [edit for value in change.removed for edit in edits.add_enum_value(document, key, value)]

    yield Fix(title=f"Put {listed} back until no row and no program uses it", build=lambda: in_block(context, key, add))


def _has_relations(tree: SchemaTree, model: Block) -> bool:
    """Whether fields of the model are of other models, which would have to be put back with it."""
    others = (tree.block(field.type.name.text) for field in model.fields)
    return any(other is not None and other.keyword is Keyword.MODEL for other in others)
