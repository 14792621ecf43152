"""MySQL and MariaDB. Types: prisma-engines `native_types/mysql`, MySQL manual chapter 11."""

from __future__ import annotations

import re

from refract.providers.base import Provider, SqlSpelling, quote_string, spellings
from refract.providers.defaults import bare_expression
from refract.providers.native_forms import native_forms
from refract.schema.model import ColumnType, Default, DefaultKind

DEFAULT_COLLATION = "utf8mb4_unicode_ci"
"""Of the tables that Prisma creates."""

# Defaults that MySQL accepts without parentheses; every other expression needs them.
_STANDS_ALONE = re.compile(
    r"(?:current_timestamp|now|localtime|localtimestamp)(?:\(\d*\))?(?:\s+on\s+update\s.*)?\Z"
    r"|(?:null|true|false|[bxn]?'[^']*'|0x[0-9a-f]+|[-+]?[\d.]+)\Z",
    re.IGNORECASE | re.DOTALL,
)
_INTEGERS = ("TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER", "BIGINT")


def _now(type_: ColumnType) -> str:
    """The precision must be that of the column, or MySQL refuses the default."""
    precision = type_.args[0] if type_.args else None
    return f"CURRENT_TIMESTAMP({precision})" if precision is not None else "CURRENT_TIMESTAMP"


def _literal(default: Default, type_: ColumnType) -> str:
    match default.kind:
        case DefaultKind.NOW:
            return _now(type_)
        case DefaultKind.STRING if type_.name in _DATES:
            return quote_string(_date(default.text, type_.name))
        case DefaultKind.STRING:
            return quote_string(default.text.replace("\\", "\\\\"))
        case DefaultKind.EXPRESSION if default.text and not _STANDS_ALONE.match(default.text):
            return f"({bare_expression(default.text)})"
        case _:
            return default.plain


def _date(text: str, name: str) -> str:
    """A date in UTC, without the offset, which servers refuse or convert to the time zone of the session."""
    day, _, time = text.removesuffix(_UTC).partition(" ")
    if not time:
        return day
    return {"DATE": day, "TIME": time}.get(name, f"{day} {time}")


_UTC = " +00:00"
_DATES = frozenset({"DATE", "TIME", "DATETIME", "TIMESTAMP"})
_UNSIGNED = {
    "Unsigned" + native: name + " UNSIGNED"
    for native, name in zip(("TinyInt", "SmallInt", "MediumInt", "Int", "BigInt"), _INTEGERS, strict=True)
}

MYSQL = Provider(
    name="mysql",
    default_schema="",
    identifier_limit=64,
    quotes=("`", "`"),
    scalars={
        "String": ColumnType("VARCHAR", (191,)),
        "Boolean": ColumnType("BOOLEAN"),
        "Int": ColumnType("INTEGER"),
        "BigInt": ColumnType("BIGINT"),
        "Float": ColumnType("DOUBLE"),
        "Decimal": ColumnType("DECIMAL", (65, 30)),
        "DateTime": ColumnType("DATETIME", (3,)),
        "Json": ColumnType("JSON"),
        "Bytes": ColumnType("LONGBLOB"),
    },
    natives=_UNSIGNED
    | {
        "TinyInt": "TINYINT",
        "SmallInt": "SMALLINT",
        "MediumInt": "MEDIUMINT",
        "Int": "INTEGER",
        "BigInt": "BIGINT",
        "Decimal": "DECIMAL",
        "Float": "FLOAT",
        "Double": "DOUBLE",
        "Bit": "BIT",
        "Char": "CHAR",
        "VarChar": "VARCHAR",
        "Binary": "BINARY",
        "VarBinary": "VARBINARY",
        "TinyBlob": "TINYBLOB",
        "Blob": "BLOB",
        "MediumBlob": "MEDIUMBLOB",
        "LongBlob": "LONGBLOB",
        "TinyText": "TINYTEXT",
        "Text": "TEXT",
        "MediumText": "MEDIUMTEXT",
        "LongText": "LONGTEXT",
        "Date": "DATE",
        "Time": "TIME",
        "DateTime": "DATETIME",
        "Timestamp": "TIMESTAMP",
        "Year": "YEAR",
        "Json": "JSON",
    },
    native_forms=native_forms(
        {
            "String": "VarChar! Char! TinyText Text MediumText LongText",
            "Boolean": "TinyInt UnsignedTinyInt Bit!",
            "Int": "Int UnsignedInt TinyInt UnsignedTinyInt SmallInt UnsignedSmallInt MediumInt UnsignedMediumInt Year",
            "BigInt": "BigInt UnsignedBigInt",
            "Float": "Float Double",
            "Decimal": "Decimal??",
            "DateTime": "DateTime? Timestamp? Time? Date",
            "Json": "Json",
            "Bytes": "Binary! VarBinary! Bit! TinyBlob Blob MediumBlob LongBlob",
        }
    ),
    spellings=spellings(
        {
            "boolean, bool, tinyint(1)": SqlSpelling("BOOLEAN", keeps_args=False),
            "int, integer, int4": SqlSpelling("INTEGER", keeps_args=False),
            "int unsigned, integer unsigned": SqlSpelling("INTEGER UNSIGNED", keeps_args=False),
            "tinyint, int1": SqlSpelling("TINYINT", keeps_args=False),
            "tinyint unsigned": SqlSpelling("TINYINT UNSIGNED", keeps_args=False),
            "smallint, int2": SqlSpelling("SMALLINT", keeps_args=False),
            "smallint unsigned": SqlSpelling("SMALLINT UNSIGNED", keeps_args=False),
            "mediumint, int3, middleint": SqlSpelling("MEDIUMINT", keeps_args=False),
            "mediumint unsigned": SqlSpelling("MEDIUMINT UNSIGNED", keeps_args=False),
            "bigint, int8": SqlSpelling("BIGINT", keeps_args=False),
            "bigint unsigned": SqlSpelling("BIGINT UNSIGNED", keeps_args=False),
            "decimal, numeric, dec, fixed": SqlSpelling("DECIMAL", scale=0),
            "float, float4": "FLOAT",
            "double, double precision, real, float8": "DOUBLE",
            "bit": "BIT",
            "char, character, nchar, national char, national character": "CHAR",
            "varchar, character varying, char varying, nvarchar, varchar2, national varchar, national character varying, nchar varchar, nchar varying": "VARCHAR",
            "binary": "BINARY",
            "varbinary": "VARBINARY",
            "tinyblob": "TINYBLOB",
            "blob": SqlSpelling("BLOB", keeps_args=False),
            "mediumblob, long varbinary": "MEDIUMBLOB",
            "longblob": "LONGBLOB",
            "tinytext": "TINYTEXT",
            "text": SqlSpelling("TEXT", keeps_args=False),
            "mediumtext, long, long varchar": "MEDIUMTEXT",
            "longtext": "LONGTEXT",
            "date": "DATE",
            "time": SqlSpelling("TIME", (0,)),
            "datetime": SqlSpelling("DATETIME", (0,)),
            "timestamp": SqlSpelling("TIMESTAMP", (0,)),
            "year": SqlSpelling("YEAR", keeps_args=False),
            "json": "JSON",
            "enum": "ENUM",
        }
    ),
    inline_enums=True,
    argument_separator=", ",
    names_primary_keys=False,
    backslash_escapes=True,
    literal=_literal,
)
