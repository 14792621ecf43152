"""Gives a new required field a default in the database.

## What it does
Adds `@default(...)` with an obvious value of the type: `""`, `0`, `false`, `now()`, or the first value of an enum.
The migration no longer fails on existing rows, and old code can still insert rows.

## When it is offered
The new field is required, is not a list, and its type has such a value.
A field with `@updatedAt` gets `now()`.

## What it costs
Existing rows get the value too. Check that it is right for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import in_block, new_field
from refract.fixes.base import Fix, FixContext, fixes
from refract.lowering.arguments import EMPTY_DEFAULTS
from refract.syntax import edits
from refract.syntax.written import WrittenField


@fixes("add-required-column-without-default")
def empty_value(context: FixContext) -> Iterator[Fix]:
    """The empty value of the type, or the first value of the enum."""
    written = new_field(context)
    if written is None:
        return
    value = EMPTY_DEFAULTS.get(written.type_name) or _first_value(context, written.type_name)
    if value and not written.type.endswith("[]"):
        yield _default(context, written, value)


@fixes("add-required-column-client-default")
def current_time(context: FixContext) -> Iterator[Fix]:
    """`now()` for a field that only Prisma Client fills."""
    written = new_field(context)
    if written is not None and written.type_name == "DateTime" and written.node.attribute("default") is None:
        yield _default(context, written, "now()")


def _default(context: FixContext, written: WrittenField, value: str) -> Fix:
    name, attribute = written.name, f"@default({value})"
    return Fix(
        title=f"Add {attribute} (fills existing rows too)",
        build=lambda: in_block(
            context, written.model, lambda d: edits.add_attribute(d, written.model, name, attribute)
        ),
    )


def _first_value(context: FixContext, type_name: str) -> str:
    block = context.tree.block(type_name)
    return block.values[0].name.text if block and block.values else ""
