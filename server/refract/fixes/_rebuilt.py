"""The field of a column that only the migrations know, for projects without a former schema in git."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import prisma_string
from refract.fixes.base import FixContext
from refract.lowering import lower
from refract.recipes.schema_edits import AddField, RemoveField, apply_schema_edits
from refract.schema.model import Column, Default, DefaultKind, Enum, QualifiedName, Table

_SCALARS = {
    "String": "TEXT VARCHAR CHAR CITEXT UUID XML INET BIT VARBIT NVARCHAR NCHAR NTEXT TINYTEXT MEDIUMTEXT LONGTEXT STRING "
    "UNIQUEIDENTIFIER",
    "Boolean": "BOOLEAN BOOL BIT TINYINT",
    "Int": "INTEGER INT SMALLINT MEDIUMINT TINYINT OID INT2 INT4",
    "BigInt": "BIGINT INT8",
    "Float": "DOUBLE REAL FLOAT FLOAT4 FLOAT8",
    "Decimal": "DECIMAL NUMERIC MONEY SMALLMONEY",
    "DateTime": "TIMESTAMP TIMESTAMPTZ DATE TIME TIMETZ DATETIME DATETIME2 DATETIMEOFFSET SMALLDATETIME",
    "Json": "JSONB JSON",
    "Bytes": "BYTEA BYTES BLOB TINYBLOB MEDIUMBLOB LONGBLOB BINARY VARBINARY IMAGE",
}
"""The column types of each scalar, in any database."""


def rebuilt_field(context: FixContext, table: QualifiedName, column: str, model: str) -> AddField | None:
    """The edit that adds the field of an existing column to a model; None if no field makes exactly that column."""
    held = context.before.tables.get(table)
    known = held.column(column) if held else None
    if held is None or known is None:
        return None
    name = re.sub(r"\W|^(?=[\d_])", "", known.name, flags=re.ASCII) or "field"
    mapped = () if name == known.name else (f"@map({prisma_string(known.name)})",)
    for type_, native in _types(context, known):
        arity = "[]" if known.type.is_list else "?" if known.nullable else ""
        attributes = (*_unique(context, held, known), *_default(known), *native, *mapped)
        edit = AddField(model, name, f"{type_}{arity}", attributes)
        if _makes(context, edit, table, known):
            return edit
    return None


def _types(context: FixContext, column: Column) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The possible types of the field, each with its native type attribute."""
    if column.type.enum is not None:
        enum = context.after.enums.get(column.type.enum)
        yield from ((name, ()) for name in _names(enum))
        return
    for scalar, names in _SCALARS.items():
        if column.type.name.split(" ")[0] in names.split():
            yield scalar, ()
            yield scalar, (f"@db.{context.provider.native_name(column.type)}",)


def _names(enum: Enum | None) -> Iterator[str]:
    if enum is not None and enum.enum_name:
        yield enum.enum_name


def _default(column: Column) -> tuple[str, ...]:
    if column.auto_increment:
        return ("@default(autoincrement())",)
    return () if column.default is None else (f"@default({_literal(column.default, column)})",)


def _literal(default: Default, column: Column) -> str:
    match default.kind:
        case DefaultKind.NOW:
            return "now()"
        case DefaultKind.EXPRESSION:
            return f"dbgenerated({prisma_string(default.text)})"
        case DefaultKind.LIST:
            return f"[{', '.join(_literal(item, column) for item in default.items)}]"
        case DefaultKind.STRING if column.type.enum is None:
            return prisma_string(default.text)
        case _:
            return default.text


def _unique(context: FixContext, table: Table, column: Column) -> tuple[str, ...]:
    for index in table.indexes:
        if index.unique and index.where is None and [part.name for part in index.columns] == [column.name]:
            usual = context.provider.unique_name(table.name.name, [column.name])
            return ("@unique" if index.name == usual else f"@unique(map: {prisma_string(index.name)})",)
    return ()


def _makes(context: FixContext, edit: AddField, table: QualifiedName, column: Column) -> bool:
    """Whether the schema with the field makes exactly that column."""
    block = context.tree.block(edit.model)
    former = (RemoveField(edit.model, edit.field),) if block and block.field(edit.field) else ()
    try:
        tree = apply_schema_edits(context.tree, (*former, edit))
    except LookupError:
        return False
    lowered = lower(tree, context.lowered, context.versions.prisma)
    made = lowered.database.tables.get(table)
    return made is not None and made.column(column.name) == column
