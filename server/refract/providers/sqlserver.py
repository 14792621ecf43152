"""SQL Server. Types: prisma-engines `native_types/mssql`, the Transact-SQL reference."""

from __future__ import annotations

from refract.providers.base import Provider, quote_string, spellings
from refract.providers.native_forms import native_forms
from refract.schema.model import ColumnType, Default, DefaultKind

_MAX = "max"


def _literal(default: Default, type_: ColumnType) -> str:
    match default.kind:
        case DefaultKind.NOW:
            return "CURRENT_TIMESTAMP"
        case DefaultKind.BOOLEAN:
            return "1" if default.text == "true" else "0"
        case DefaultKind.STRING if type_.name in ("VARBINARY", "BINARY", "IMAGE"):
            return f"0x{default.text}"
        case DefaultKind.STRING:
            return quote_string(default.text)
        case _:
            return default.plain


SQLSERVER = Provider(
    name="sqlserver",
    default_schema="dbo",
    identifier_limit=128,
    quotes=("[", "]"),
    scalars={
        "String": ColumnType("NVARCHAR", (1000,)),
        "Boolean": ColumnType("BIT"),
        "Int": ColumnType("INT"),
        "BigInt": ColumnType("BIGINT"),
        "Float": ColumnType("FLOAT", (53,)),
        "Decimal": ColumnType("DECIMAL", (32, 16)),
        "DateTime": ColumnType("DATETIME2"),
        "Json": ColumnType("NVARCHAR", (_MAX,)),
        "Bytes": ColumnType("VARBINARY", (_MAX,)),
    },
    natives={
        "TinyInt": "TINYINT",
        "SmallInt": "SMALLINT",
        "Int": "INT",
        "BigInt": "BIGINT",
        "Decimal": "DECIMAL",
        "Money": "MONEY",
        "SmallMoney": "SMALLMONEY",
        "Bit": "BIT",
        "Float": "FLOAT",
        "Real": "REAL",
        "Date": "DATE",
        "Time": "TIME",
        "DateTime": "DATETIME",
        "DateTime2": "DATETIME2",
        "DateTimeOffset": "DATETIMEOFFSET",
        "SmallDateTime": "SMALLDATETIME",
        "Char": "CHAR",
        "NChar": "NCHAR",
        "VarChar": "VARCHAR",
        "Text": "TEXT",
        "NVarChar": "NVARCHAR",
        "NText": "NTEXT",
        "Binary": "BINARY",
        "VarBinary": "VARBINARY",
        "Image": "IMAGE",
        "Xml": "XML",
        "UniqueIdentifier": "UNIQUEIDENTIFIER",
    },
    native_forms=native_forms(
        {
            "String": "Char? NChar? VarChar? NVarChar? Text NText Xml UniqueIdentifier",
            "Boolean": "Bit",
            "Int": "Int SmallInt TinyInt Bit",
            "BigInt": "BigInt",
            "Float": "Float? Real Money SmallMoney",
            "Decimal": "Decimal??",
            "DateTime": "DateTime DateTime2 DateTimeOffset SmallDateTime Date Time",
            "Bytes": "Binary? VarBinary? Image",
        }
    ),
    spellings=spellings(
        {
            "tinyint": "TINYINT",
            "smallint": "SMALLINT",
            "int, integer": "INT",
            "bigint": "BIGINT",
            "decimal, numeric, dec": "DECIMAL",
            "money": "MONEY",
            "smallmoney": "SMALLMONEY",
            "bit": "BIT",
            "float, double precision": "FLOAT",
            "real": "REAL",
            "date": "DATE",
            "time": "TIME",
            "datetime": "DATETIME",
            "datetime2": "DATETIME2",
            "datetimeoffset": "DATETIMEOFFSET",
            "smalldatetime": "SMALLDATETIME",
            "char, character": "CHAR",
            "nchar, national character": "NCHAR",
            "varchar, character varying": "VARCHAR",
            "text": "TEXT",
            "nvarchar, national character varying": "NVARCHAR",
            "ntext": "NTEXT",
            "binary": "BINARY",
            "varbinary": "VARBINARY",
            "image": "IMAGE",
            "xml": "XML",
            "uniqueidentifier": "UNIQUEIDENTIFIER",
        }
    ),
    names_defaults=True,
    unique_is_constraint=True,
    clusters=True,
    always_qualified=True,
    restrict_is_no_action=True,
    refuses_cycles=True,
    literal=_literal,
)
