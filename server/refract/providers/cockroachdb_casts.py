"""How Prisma rates a type change on CockroachDB, which alters almost no type in place."""

from __future__ import annotations

from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType

_KNOWN = frozenset(
    {
        *("INET", "INT2", "INT4", "INT8", "OID", "DECIMAL", "FLOAT4", "FLOAT8", "STRING", "CHAR", '"char"', "BYTES"),
        *("DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME", "TIMETZ", "BOOL", "BIT", "VARBIT", "UUID", "JSONB"),
    }
)
_TIMES = frozenset({"TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ"})
_DEFAULT_PRECISION = (6,)


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s, for a column without an index."""
    old, new = before.type, after.type
    if old.enum or new.enum:
        return Cast.NONE if old.enum == new.enum else Cast.NOT_CASTABLE
    if old.is_list != new.is_list:
        return _from_list(new) if old.is_list else Cast.NOT_CASTABLE
    if old.name not in _KNOWN or new.name not in _KNOWN:
        return Cast.NONE if old.name not in _KNOWN and new.name not in _KNOWN else Cast.RISKY
    return _native(old, new)


def _from_list(new: ColumnType) -> Cast:
    if new.name == "STRING" and not new.args:
        return Cast.SAFE
    return Cast.RISKY if new.name in ("STRING", "CHAR") else Cast.NOT_CASTABLE


def _native(old: ColumnType, new: ColumnType) -> Cast:
    if (old.name, new.name, new.args) == ("INT4", "STRING", ()):
        return Cast.SAFE
    if (old.name, new.name) == ("INT8", "INT4"):
        return Cast.RISKY
    if old.name == new.name and _precision(old) == _precision(new):
        return Cast.NONE
    return Cast.NOT_CASTABLE


def _precision(type_: ColumnType) -> tuple[int | str, ...]:
    return type_.args or _DEFAULT_PRECISION if type_.name in _TIMES else type_.args
