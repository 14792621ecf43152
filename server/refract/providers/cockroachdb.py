"""CockroachDB. Types: prisma-engines `native_types/cockroach`, CockroachDB's page on data types."""

from __future__ import annotations

from refract.providers import defaults
from refract.providers.base import Provider, SqlSpelling, quote_string, spellings
from refract.providers.native_forms import native_forms
from refract.schema.model import ColumnType, Default, DefaultKind


def _literal(default: Default, type_: ColumnType) -> str:
    match default.kind:
        case DefaultKind.LIST:
            element = ColumnType(type_.name, type_.args, enum=type_.enum)
            items = ", ".join(_literal(item, element) for item in default.items)
            name = f'"{type_.enum.name}"' if type_.enum else COCKROACHDB.render_type(element)
            return f"ARRAY[{items}]::{name}[]"
        case DefaultKind.NOW:
            return "CURRENT_TIMESTAMP"
        case DefaultKind.STRING if type_.name == "BYTES":
            return f"'\\x{default.text}'"
        case DefaultKind.STRING:
            return quote_string(default.text)
        case _:
            return default.plain


COCKROACHDB = Provider(
    name="cockroachdb",
    default_schema="public",
    identifier_limit=63,
    scalars={
        "String": ColumnType("STRING"),
        "Boolean": ColumnType("BOOL"),
        "Int": ColumnType("INT4"),
        "BigInt": ColumnType("INT8"),
        "Float": ColumnType("FLOAT8"),
        "Decimal": ColumnType("DECIMAL", (65, 30)),
        "DateTime": ColumnType("TIMESTAMP", (3,)),
        "Json": ColumnType("JSONB"),
        "Bytes": ColumnType("BYTES"),
    },
    natives={
        "Int2": "INT2",
        "Int4": "INT4",
        "Int8": "INT8",
        "Decimal": "DECIMAL",
        "Float4": "FLOAT4",
        "Float8": "FLOAT8",
        "String": "STRING",
        "Char": "CHAR",
        "CatalogSingleChar": '"char"',
        "Bytes": "BYTES",
        "Timestamp": "TIMESTAMP",
        "Timestamptz": "TIMESTAMPTZ",
        "Date": "DATE",
        "Time": "TIME",
        "Timetz": "TIMETZ",
        "Bool": "BOOL",
        "Bit": "BIT",
        "VarBit": "VARBIT",
        "Uuid": "UUID",
        "Inet": "INET",
        "Oid": "OID",
        "JsonB": "JSONB",
    },
    native_forms=native_forms(
        {
            "String": "String? Char? CatalogSingleChar Bit? VarBit? Uuid Inet",
            "Boolean": "Bool",
            "Int": "Int4 Int2 Oid",
            "BigInt": "Int8",
            "Float": "Float8 Float4",
            "Decimal": "Decimal??",
            "DateTime": "Timestamp? Timestamptz? Time? Timetz? Date",
            "Json": "JsonB",
            "Bytes": "Bytes",
        }
    ),
    spellings=spellings(
        {
            "int2, smallint": "INT2",
            "int4": "INT4",
            "int8, int, integer, bigint, int64, serial, bigserial": "INT8",
            "decimal, numeric, dec": "DECIMAL",
            "float4, real": "FLOAT4",
            "float8, float, double precision, double": SqlSpelling("FLOAT8", keeps_args=False),
            "string, text, varchar, character varying": "STRING",
            "char, character": "CHAR",
            '"char"': '"char"',
            "bytes, bytea, blob": "BYTES",
            "timestamp, timestamp without time zone": "TIMESTAMP",
            "timestamptz, timestamp with time zone": "TIMESTAMPTZ",
            "date": "DATE",
            "time, time without time zone": "TIME",
            "timetz, time with time zone": "TIMETZ",
            "bool, boolean": "BOOL",
            "bit": "BIT",
            "varbit, bit varying": "VARBIT",
            "uuid": "UUID",
            "inet": "INET",
            "oid": "OID",
            "jsonb, json": "JSONB",
        }
    ),
    enum_types=True,
    scalar_lists=True,
    autoincrement_default=defaults.expression("unique_rowid()"),
    literal=_literal,
)
