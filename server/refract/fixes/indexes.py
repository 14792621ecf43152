"""Adds an index that a relation needs, and removes one that another makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import in_block, model_of
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddForeignKey, CreateIndex, CreateTable
from refract.schema.model import ForeignKey, Index, QualifiedName
from refract.syntax import Document, edits
from refract.syntax.tree import Attribute, Block
from refract.text import TextEdit


@fixes("foreign-key-without-index")
def index_of_relation(context: FixContext) -> Iterator[Fix]:
    """`@@index` over the fields of the foreign key."""
    found = _foreign_key(context)
    model = model_of(context, found[0]) if found and not context.statements else ""
    if found is None or context.tree.block(model) is None:
        return
    table, key = context.after.tables[found[0]], found[1]
    names = [column.field_name for name in key.columns if (column := table.column(name)) is not None]
    attribute = f"@@index([{', '.join(names)}])"
    yield Fix(
        title=f"Add {attribute}",
        build=lambda: in_block(context, model, lambda d: edits.add_block_attribute(d, model, attribute)),
        preferred=True,
    )


@fixes("redundant-index")
def no_index(context: FixContext) -> Iterator[Fix]:
    """The schema without the index."""
    index = _index(context)
    if index is None or index.origin is None or context.statements:
        return
    key = index.origin.block
    block = context.tree.block(key)
    attribute = _at(block, index) if block else None
    if attribute is None:
        return

    def remove(document: Document) -> list[TextEdit]:
        return edits.remove_block_attribute(document, key, attribute)

    yield Fix(title="Leave the index out", build=lambda: in_block(context, key, remove), preferred=True)


def _foreign_key(context: FixContext) -> tuple[QualifiedName, ForeignKey] | None:
    change, origin = context.finding.change, context.finding.origin
    if isinstance(change, AddForeignKey):
        return change.table, change.foreign_key
    if isinstance(change, CreateTable):
        keys = context.after.tables[change.table.name].foreign_keys
        return next(((change.table.name, key) for key in keys if key.origin == origin), None)
    return None


def _index(context: FixContext) -> Index | None:
    change, origin = context.finding.change, context.finding.origin
    if isinstance(change, CreateIndex):
        return change.index
    name = change.table.name if isinstance(change, CreateTable) else getattr(change, "table", None)
    table = context.after.tables.get(name) if isinstance(name, QualifiedName) else None
    return next((index for index in table.indexes if index.origin == origin), None) if table else None


def _at(block: Block, index: Index) -> Attribute | None:
    span = index.origin.span if index.origin else None
    return next((attribute for attribute in block.attributes if attribute.span == span), None)
