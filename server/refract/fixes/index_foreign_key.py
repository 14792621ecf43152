"""Adds an index over the columns of a foreign key.

## What it does
Adds `@@index([...])` over the fields of the relation to its model.

## When it is offered
The finding is about the edited schema, and the model of the relation is in the schema.

## What it costs
Each write to the table updates one more index.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import in_block, model_of
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddForeignKey, CreateTable
from refract.schema.model import ForeignKey, QualifiedName
from refract.syntax import edits


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


def _foreign_key(context: FixContext) -> tuple[QualifiedName, ForeignKey] | None:
    change, origin = context.finding.change, context.finding.origin
    if isinstance(change, AddForeignKey):
        return change.table, change.foreign_key
    if isinstance(change, CreateTable):
        keys = context.after.tables[change.table.name].foreign_keys
        return next(((change.table.name, key) for key in keys if key.origin == origin), None)
    return None
