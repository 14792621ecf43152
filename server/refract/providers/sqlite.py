"""SQLite (and libSQL, D1). Types: prisma-engines' sqlite flavour; SQLite itself accepts any word as a type."""

from __future__ import annotations

from refract.providers.base import Provider, quote_string, spellings
from refract.schema.model import ColumnType, Default, DefaultKind


def _literal(default: Default, type_: ColumnType) -> str:
    match default.kind:
        case DefaultKind.NOW:
            return "CURRENT_TIMESTAMP"
        case DefaultKind.STRING:
            return quote_string(default.text)
        case _:
            return default.plain


SQLITE = Provider(
    name="sqlite",
    default_schema="",
    identifier_limit=None,
    scalars={
        "String": ColumnType("TEXT"),
        "Boolean": ColumnType("BOOLEAN"),
        "Int": ColumnType("INTEGER"),
        "BigInt": ColumnType("BIGINT"),
        "Float": ColumnType("REAL"),
        "Decimal": ColumnType("DECIMAL"),
        "DateTime": ColumnType("DATETIME"),
        "Json": ColumnType("JSONB"),
        "Bytes": ColumnType("BLOB"),
    },
    natives={},
    spellings=spellings(
        {
            "text, varchar, nvarchar, char, character, nchar, clob": "TEXT",
            "boolean, bool": "BOOLEAN",
            "integer, int, smallint, tinyint, mediumint, int2, serial": "INTEGER",
            "bigint, int8, unsigned big int": "BIGINT",
            "real, double, double precision, float": "REAL",
            "decimal, numeric": "DECIMAL",
            "datetime, timestamp, date": "DATETIME",
            "jsonb, json": "JSONB",
            "blob, binary": "BLOB",
        }
    ),
    names_primary_keys=False,
    maps_foreign_keys=False,
    row_id_type="INTEGER",
    literal=_literal,
)
