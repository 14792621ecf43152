"""Lets the database generate the value that only Prisma Client generates so far.

## What it does
Replaces `@default(uuid())` by `@default(dbgenerated(...))` with the function of the database.
Existing rows get a value in the migration, and old code can still insert rows.

## When it is offered
The new field is required, its default is `uuid()`, and the database has a function for it.

## What it costs
The migration writes every existing row, because each row gets a different value.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import in_block, new_field
from refract.fixes.base import Fix, FixContext, fixes
from refract.providers.behaviour import behaviour
from refract.schema.changes import AddColumn
from refract.syntax import Document, edits
from refract.text import TextEdit


@fixes("add-required-column-client-default")
def database_default(context: FixContext) -> Iterator[Fix]:
    """`dbgenerated(...)` in place of `uuid()`."""
    written, change = new_field(context), context.finding.change
    if written is None or not isinstance(change, AddColumn):
        return
    by_uuid = (change.column.client_default or "").startswith("uuid(")
    function = behaviour(context.provider.name).uuid_default if by_uuid else ""
    if not function:
        return

    def replace(document: Document) -> list[TextEdit]:
        name = written.name
        expression = f'@default(dbgenerated("{function}"))'
        return [
            *edits.remove_attribute(document, written.model, name, "default"),
            *edits.add_attribute(document, written.model, name, expression),
        ]

    yield Fix(
        title=f"Let the database generate it: {function}",
        build=lambda: in_block(context, written.model, replace),
    )
