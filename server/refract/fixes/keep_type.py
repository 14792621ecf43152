"""Keeps the deployed type of a field.

## What it does
Gives the field the type that it has in the deployed schema. Its edited attributes are kept.

## When it is offered
The deployed schema is known from git, and the written type differs from it. The edited default fits that type.

## What it costs
The type change is undone.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.fixes._schema import field_of, former_field, in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AlterColumn, RecreateColumn
from refract.syntax import edits

_NUMBERED = ("Int", "BigInt")


@fixes("column-dropped-and-recreated", "risky-type-change", "change-type-rewrite", "cockroach-type-change")
def keep_type(context: FixContext) -> Iterator[Fix]:
    """The type from the deployed schema."""
    change = context.finding.change
    if not isinstance(change, AlterColumn | RecreateColumn):
        return
    written, former = field_of(context, change.after), former_field(context, change.table, change.before.name)
    if written is None or former is None or former.type == written.type:
        return
    if change.after.auto_increment and former.type not in _NUMBERED:
        return  # the edited default is not one of that type
    name, type_text = written.name, former.type
    yield Fix(
        title=f"Keep {code_span(name)} as {code_span(type_text)}",
        build=lambda: in_block(context, written.model, lambda d: edits.retype_field(d, written.model, name, type_text)),
    )
