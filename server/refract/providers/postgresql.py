"""PostgreSQL. Types: prisma-engines `native_types/postgres`, PostgreSQL manual chapter 8."""

from __future__ import annotations

from refract.providers.base import Provider, SqlSpelling, quote_string, spellings
from refract.providers.native_forms import native_forms
from refract.schema.model import ColumnType, Default, DefaultKind


def array_literal(default: Default, type_: ColumnType) -> str:
    """A default as PostgreSQL and CockroachDB write it, lists included."""
    match default.kind:
        case DefaultKind.LIST:
            element = ColumnType(type_.name, type_.args, enum=type_.enum)
            items = ", ".join(array_literal(item, element) for item in default.items)
            name = f'"{type_.enum.name}"' if type_.enum else POSTGRESQL.render_type(element)
            return f"ARRAY[{items}]::{name}[]"
        case DefaultKind.NOW:
            return "CURRENT_TIMESTAMP"
        case DefaultKind.STRING:
            return bytes_literal(default, type_) if type_.name in ("BYTEA", "BYTES") else quote_string(default.text)
        case _:
            return default.plain


def bytes_literal(default: Default, _: ColumnType) -> str:
    """Bytes (kept as hexadecimal digits) as PostgreSQL writes them."""
    return f"'\\x{default.text}'"


_SHORT_FLOATS = ", ".join(f"float({digits})" for digits in range(1, 25))

POSTGRESQL = Provider(
    name="postgresql",
    default_schema="public",
    identifier_limit=63,
    cuts_names=True,
    scalars={
        "String": ColumnType("TEXT"),
        "Boolean": ColumnType("BOOLEAN"),
        "Int": ColumnType("INTEGER"),
        "BigInt": ColumnType("BIGINT"),
        "Float": ColumnType("DOUBLE PRECISION"),
        "Decimal": ColumnType("DECIMAL", (65, 30)),
        "DateTime": ColumnType("TIMESTAMP", (3,)),
        "Json": ColumnType("JSONB"),
        "Bytes": ColumnType("BYTEA"),
    },
    natives={
        "SmallInt": "SMALLINT",
        "Integer": "INTEGER",
        "BigInt": "BIGINT",
        "Decimal": "DECIMAL",
        "Money": "MONEY",
        "Inet": "INET",
        "Oid": "OID",
        "Citext": "CITEXT",
        "Real": "REAL",
        "DoublePrecision": "DOUBLE PRECISION",
        "VarChar": "VARCHAR",
        "Char": "CHAR",
        "Text": "TEXT",
        "ByteA": "BYTEA",
        "Timestamp": "TIMESTAMP",
        "Timestamptz": "TIMESTAMPTZ",
        "Date": "DATE",
        "Time": "TIME",
        "Timetz": "TIMETZ",
        "Boolean": "BOOLEAN",
        "Bit": "BIT",
        "VarBit": "VARBIT",
        "Uuid": "UUID",
        "Xml": "XML",
        "Json": "JSON",
        "JsonB": "JSONB",
    },
    native_forms=native_forms(
        {
            "String": "Text Citext VarChar? Char? Bit? VarBit? Uuid Xml Inet",
            "Boolean": "Boolean",
            "Int": "Integer SmallInt Oid",
            "BigInt": "BigInt",
            "Float": "DoublePrecision Real",
            "Decimal": "Decimal?? Money",
            "DateTime": "Timestamp? Timestamptz? Time? Timetz? Date",
            "Json": "Json JsonB",
            "Bytes": "ByteA",
        }
    ),
    spellings=spellings(
        {
            "smallint, int2, smallserial, serial2": "SMALLINT",
            "integer, int, int4, serial, serial4": "INTEGER",
            "bigint, int8, bigserial, serial8": "BIGINT",
            "decimal, numeric, dec": SqlSpelling("DECIMAL", scale=0),
            "money": "MONEY",
            "inet": "INET",
            "oid": "OID",
            "citext": "CITEXT",
            "real, float4": "REAL",
            _SHORT_FLOATS: SqlSpelling("REAL", keeps_args=False),
            "double precision, double, float8, float": SqlSpelling("DOUBLE PRECISION", keeps_args=False),
            "varchar, character varying, char varying, national varchar, nchar varying": "VARCHAR",
            "national character varying, national char varying": "VARCHAR",
            "char, character, nchar, national character, national char": SqlSpelling("CHAR", (1,)),
            "bpchar": "CHAR",
            "bpchar()": "BPCHAR",
            '"char"': '"char"',
            "text": "TEXT",
            "bytea": "BYTEA",
            "timestamp, timestamp without time zone": SqlSpelling("TIMESTAMP", (6,)),
            "timestamptz, timestamp with time zone": SqlSpelling("TIMESTAMPTZ", (6,)),
            "date": "DATE",
            "time, time without time zone": SqlSpelling("TIME", (6,)),
            "timetz, time with time zone": SqlSpelling("TIMETZ", (6,)),
            "boolean, bool": "BOOLEAN",
            "bit": SqlSpelling("BIT", (1,)),
            "varbit, bit varying": "VARBIT",
            "uuid": "UUID",
            "xml": "XML",
            "json": "JSON",
            "jsonb": "JSONB",
        }
    ),
    enum_types=True,
    scalar_lists=True,
    join_table_primary_key_since=(6,),
    literal=array_literal,
)
