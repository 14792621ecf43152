"""Restores enum values that rows or running code may still use.

## What it does
Puts the removed values back into the enum.

## When it is offered
The edited schema removes values and keeps the enum, and the database has enum types (PostgreSQL, CockroachDB).

## What it costs
Removing the values takes a later release, after the code and then the rows stop using them.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.fixes._schema import in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AlterEnum
from refract.syntax import Document, edits
from refract.text import TextEdit


@fixes("remove-enum-value")
def restored_values(context: FixContext) -> Iterator[Fix]:
    """The removed values."""
    change = context.finding.change
    if not isinstance(change, AlterEnum) or not change.removed or context.statements:
        return
    key = change.after.origin.block if change.after.origin else ""
    if context.tree.block(key) is None:
        return
    one, *others = change.removed

    def add(document: Document) -> list[TextEdit]:
        return [edit for value in change.removed for edit in edits.add_enum_value(document, key, value)]

    yield Fix(
        title=f"Restore {len(others) + 1} values (remove them once unused)"
        if others
        else f"Restore {code_span(one)} (remove it once unused)",
        build=lambda: in_block(context, key, add),
    )
