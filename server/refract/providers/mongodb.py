"""MongoDB: collections without column types, indexes without locks on writes. Enough for the rules that make sense there."""

from __future__ import annotations

from refract.providers.base import Provider
from refract.providers.native_forms import native_forms
from refract.schema.model import ColumnType

_SCALARS = ("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes")

MONGODB = Provider(
    name="mongodb",
    default_schema="",
    identifier_limit=127,
    scalars={scalar: ColumnType(scalar) for scalar in _SCALARS},
    natives={
        name: name
        for name in ("String", "Double", "Long", "Int", "BinData", "ObjectId", "Bool", "Date", "Timestamp", "Json")
    },
    native_forms=native_forms(
        {
            "String": "String ObjectId",
            "Boolean": "Bool",
            "Int": "Int Long",
            "BigInt": "Long",
            "Float": "Double",
            "DateTime": "Date Timestamp",
            "Json": "Json",
            "Bytes": "BinData ObjectId",
        }
    ),
    spellings={},
    scalar_lists=True,
    names_primary_keys=False,
    schemaless=True,
)
