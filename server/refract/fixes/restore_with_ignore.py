"""Restores a removed field or model with `@ignore`, so that nothing is dropped yet.

## What it does
Puts the field back with `@ignore`, or the model with `@@ignore`. The column or table stays in the database.
New code no longer uses the object, so a later release can drop it without breaking running code.
A required field without a default becomes optional, because new code no longer sets it.

## When it is offered
The deployed schema is known from git, and it did not ignore the object already.
A model is restored only if it has no relations.

## What it costs
The drop takes a second release.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.fixes._schema import former_field, in_block, model_of
from refract.fixes.base import Fix, FixContext, fixes
from refract.lowering.arguments import database_name
from refract.recipes.schema_edits import block_text
from refract.schema.changes import DropColumn, DropTable
from refract.syntax import SchemaTree, edits
from refract.syntax.tree import Block, Keyword
from refract.text import FileEdits


@fixes("drop-column", "mssql-drop-defaulted-column")
def ignored_field(context: FixContext) -> Iterator[Fix]:
    """The field with `@ignore`."""
    change = context.finding.change
    if not isinstance(change, DropColumn) or context.statements:
        return
    former, model = former_field(context, change.table, change.column.name), model_of(context, change.table)
    if former is None or former.node.attribute("ignore") is not None:
        return
    name = former.name
    filled = change.column.nullable or change.column.default is not None or change.column.auto_increment
    type_text = former.type if filled else f"{former.type_name}?"
    attributes = (*former.attributes, "@ignore")
    yield Fix(
        title=f"Restore {code_span(name)} with @ignore (drop it later)",
        build=lambda: in_block(context, model, lambda d: edits.add_field(d, model, name, type_text, attributes)),
        preferred=True,
        note="" if filled else "The field becomes optional: new code no longer sets it.",
    )


@fixes("drop-table")
def ignored_model(context: FixContext) -> Iterator[Fix]:
    """The model with `@@ignore`."""
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
        title=f"Restore {code_span(block.name.text)} with @@ignore (drop it later)",
        build=lambda: (FileEdits(document.path, tuple(edits.add_block(document, ignored)), document.text),),
        preferred=True,
    )


def _has_relations(tree: SchemaTree, model: Block) -> bool:
    """Whether the model has fields of other models, which would have to be restored with it."""
    others = (tree.block(field.type.name.text) for field in model.fields)
    return any(other is not None and other.keyword is Keyword.MODEL for other in others)
