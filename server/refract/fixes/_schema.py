"""Fields as the schema writes them, and edits of the schema, as fixes find and make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from refract.fixes.base import FixContext
from refract.lowering.arguments import FieldReference, column_name, field_references, text_of
from refract.schema.changes import AddColumn
from refract.schema.model import Column, QualifiedName
from refract.syntax import Document, SchemaTree
from refract.syntax.tree import Attribute, Block, Field
from refract.syntax.written import WrittenField, written_field
from refract.text import FileChange, FileEdits, TextEdit


def in_block(context: FixContext, key: str, make: Callable[[Document], list[TextEdit]]) -> tuple[FileChange, ...]:
    """The edits that `make` returns for the file of the block with this key. Raises LookupError."""
    placed = context.tree.placed(key)
    document = context.tree.document(placed.path) if placed else None
    if document is None:
        raise LookupError(key)
    return (FileEdits(document.path, tuple(make(document)), document.text),)


def field_of(context: FixContext, column: Column) -> WrittenField | None:
    """The field of a column; None for a column that is read from SQL."""
    if column.origin is None or not column.origin.block:
        return None
    return _written(context.tree, column.origin.block, lambda field: field.name.text == column.field_name)


def new_field(context: FixContext) -> WrittenField | None:
    """The field of the column that the finding's change adds."""
    change = context.finding.change
    return field_of(context, change.column) if isinstance(change, AddColumn) else None


def former_field(context: FixContext, table: QualifiedName, column: str) -> WrittenField | None:
    """The field that the deployed schema has for a dropped column."""
    tree, model = context.deployed(), model_of(context, table)
    if tree is None or not model:
        return None
    return _written(tree, model, lambda field: column_name(field) == column)


def fields_of(context: FixContext, table: QualifiedName, columns: Iterable[str]) -> tuple[WrittenField, ...]:
    """The fields of columns; empty if one of the columns has no field."""
    held = context.after.tables.get(table)
    known = [held.column(name) if held else None for name in columns]
    found = [field_of(context, column) if column else None for column in known]
    return tuple(f for f in found if f is not None) if all(found) else ()


def list_of(context: FixContext, fields: Sequence[WrittenField], kind: str) -> tuple[Attribute, str] | None:
    """The `@@unique` or `@@index` on just these fields, and its text."""
    block = context.tree.block(fields[0].model) if fields else None
    names = [f.name for f in fields]
    for attribute in block.attributes_named(kind) if block else ():
        if [reference.field for reference in field_references(attribute.argument("fields", 0))] == names:
            return attribute, fields[0].slice(attribute.span)
    return None


def relation_of(context: FixContext, table: QualifiedName, columns: Iterable[str]) -> WrittenField | None:
    """The relation whose foreign key has these columns."""
    fields = fields_of(context, table, columns)
    names = [f.name for f in fields]
    if not names:
        return None
    return _written(context.tree, fields[0].model, lambda f: [r.field for r in _held(f)] == names)


def other_side(context: FixContext, relation: WrittenField) -> WrittenField | None:
    """The field on the other side of a relation."""
    name = _relation_name(relation.node)
    return _written(
        context.tree,
        relation.type_name,
        lambda f: f.type.name.text == relation.model and not _held(f) and _relation_name(f) == name,
    )


def _held(field: Field) -> tuple[FieldReference, ...]:
    node = field.attribute("relation")
    return field_references(node.argument("fields")) if node else ()


def _relation_name(field: Field) -> str:
    node = field.attribute("relation")
    return text_of(node.argument("name", 0)) or "" if node else ""


def model_of(context: FixContext, table: QualifiedName) -> str:
    """The name of a table's model; empty if it has none."""
    found = context.after.tables.get(table)
    return found.model_name if found else ""


def _written(tree: SchemaTree, key: str, wanted: Callable[[Field], bool]) -> WrittenField | None:
    placed = tree.placed(key)
    node = next(_fields(placed.block, wanted), None) if placed else None
    return written_field(tree, key, node) if node else None


def _fields(block: Block, wanted: Callable[[Field], bool]) -> Iterator[Field]:
    return (field for field in block.fields if wanted(field))
