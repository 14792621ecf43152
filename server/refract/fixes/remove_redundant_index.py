"""Removes an index that another index makes redundant.

## What it does
Removes the `@@index` from the schema.

## When it is offered
The finding is about the edited schema, and the index has its own line in the model.

## What it costs
Nothing: the other index serves the same queries.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import CreateIndex, CreateTable
from refract.schema.model import Index, QualifiedName
from refract.syntax import Document, edits
from refract.syntax.tree import Attribute, Block
from refract.text import TextEdit


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

    yield Fix(title="Remove the redundant index", build=lambda: in_block(context, key, remove), preferred=True)


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
