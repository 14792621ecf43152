"""Asks for less: an optional field where a required one would fail, the old type where values would be lost."""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._schema import field_of, former_field, in_block
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddColumn, AlterColumn, RecreateColumn
from refract.schema.model import Column
from refract.syntax import edits


@fixes("add-required-column-without-default", "add-required-column-client-default", "make-column-required")
def make_optional(context: FixContext) -> Iterator[Fix]:
    """`?` on a field that is or becomes required."""
    column = _column(context)
    written = field_of(context, column) if column else None
    if written is None or written.type_text.endswith(("?", "[]")):
        return
    name = written.field.name.text
    is_new = isinstance(context.finding.change, AddColumn)
    yield Fix(
        title=f"Make `{name}` optional for now" if is_new else f"Keep `{name}` optional until every row has a value",
        build=lambda: in_block(
            context, written.block, lambda d: edits.retype_field(d, written.block, name, f"{written.type_text}?")
        ),
        preferred=True,
    )


@fixes(
    "column-dropped-and-recreated",
    "risky-type-change",
    "narrow-column-type",
    "change-type-rewrite",
    "cast-may-fail",
    "scalar-to-list",
    "recreate-required-column",
    "cockroach-type-change",
    "mysql-table-copy",
)
def keep_type(context: FixContext) -> Iterator[Fix]:
    """The type that the field has in what runs."""
    change = context.finding.change
    if not isinstance(change, AlterColumn | RecreateColumn):
        return
    written, former = field_of(context, change.after), former_field(context, change.table, change.before.name)
    if written is None or former is None or former.type_text == written.type_text:
        return
    name, type_text = written.field.name.text, former.type_text
    yield Fix(
        title=f"Keep `{name}` as `{type_text}`",
        build=lambda: in_block(context, written.block, lambda d: edits.retype_field(d, written.block, name, type_text)),
    )


def _column(context: FixContext) -> Column | None:
    change = context.finding.change
    if isinstance(change, AddColumn):
        return change.column
    return change.after if isinstance(change, AlterColumn) else None
