"""Gives a new required column a default in the database, so that rows and running programs get by without a value."""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import WrittenField, field_of, in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.lowering.arguments import EMPTY_DEFAULTS
from refract.providers.behaviour import behaviour
from refract.schema.changes import AddColumn
from refract.syntax import Document, edits
from refract.text import TextEdit


@fixes("add-required-column-without-default")
def empty_value(context: FixContext) -> Iterator[Fix]:
    """`@default("")`, `@default(0)`, `@default(now())`: an obvious value of the type, or an enum's first one."""
    written = _new_field(context)
    if written is None:
        return
    value = EMPTY_DEFAULTS.get(written.type_name) or _first_value(context, written.type_name)
    if value and not written.type_text.endswith("[]"):
        yield _default(context, written, value)


@fixes("add-required-column-client-default")
def database_default(context: FixContext) -> Iterator[Fix]:
    """The database's own form of a default that only Prisma Client knows."""
    written, change = _new_field(context), context.finding.change
    if written is None or not isinstance(change, AddColumn):
        return
    if written.type_name == "DateTime" and written.field.attribute("default") is None:
        yield _default(context, written, "now()")
        return
    by_uuid = (change.column.client_default or "").startswith("uuid(")
    function = behaviour(context.provider.name).uuid_default if by_uuid else ""
    if function:
        expression = f'@default(dbgenerated("{function}"))'

        def replace(document: Document) -> list[TextEdit]:
            return [
                *edits.remove_attribute(document, written.block, written.field.name.text, "default"),
                *edits.add_attribute(document, written.block, written.field.name.text, expression),
            ]

        yield Fix(
            title=f"Let the database fill `{written.field.name.text}`: {expression}",
            build=lambda: in_block(context, written.block, replace),
        )


def _new_field(context: FixContext) -> WrittenField | None:
    change = context.finding.change
    return field_of(context, change.column) if isinstance(change, AddColumn) else None


def _default(context: FixContext, written: WrittenField, value: str) -> Fix:
    name, attribute = written.field.name.text, f"@default({value})"
    return Fix(
        title=f"Give `{name}` a default: {attribute}",
        build=lambda: in_block(
            context, written.block, lambda d: edits.add_attribute(d, written.block, name, attribute)
        ),
    )


def _first_value(context: FixContext, type_name: str) -> str:
    block = context.tree.block(type_name)
    return block.values[0].name.text if block and block.values else ""
