"""Makes a field optional, so that the migration does not fail on existing rows.

## What it does
Adds `?` to the type of a new required field, or to a field that the edit makes required.

## When it is offered
The field is required in the edited schema and is not a list.

## What it costs
Code has to handle `null` until every row has a value and the field becomes required.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.fixes._schema import field_of, in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddColumn, AlterColumn
from refract.schema.model import Column
from refract.syntax import edits


@fixes("add-required-column-without-default", "add-required-column-client-default", "make-column-required")
def make_optional(context: FixContext) -> Iterator[Fix]:
    """`?` on a field that is new, or was optional before."""
    column = _column(context)
    written = field_of(context, column) if column else None
    if written is None or written.type.endswith(("?", "[]")):
        return
    name = written.name
    verb = "Make" if isinstance(context.finding.change, AddColumn) else "Keep"
    yield Fix(
        title=f"{verb} {code_span(name)} optional for now",
        build=lambda: in_block(
            context, written.model, lambda d: edits.retype_field(d, written.model, name, f"{written.type}?")
        ),
        preferred=True,
    )


def _column(context: FixContext) -> Column | None:
    change = context.finding.change
    if isinstance(change, AddColumn):
        return change.column
    return change.after if isinstance(change, AlterColumn) else None
