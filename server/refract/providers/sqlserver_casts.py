"""How Prisma rates a type change on SQL Server.

Every type has the number of characters and bytes that it needs as text or as binary, and the other types
that it becomes safely or at a risk. A type that is not listed is not castable: Prisma drops the column and
adds it again. Prisma calls text and binary of the length `max` safe for some types and risky for others.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType

_MAX = 1 << 31


@frozen
class _Row:
    """`text` and `bytes` are the lengths that hold every value (None: no length decides); `max_is_safe` whether
    Prisma trusts the length `max` to be enough; `integer_digits` are the digits that a DECIMAL needs before its point,
    `decimal` are the precision and scale that it needs.
    """

    safe: frozenset[str] = frozenset()
    risky: frozenset[str] = frozenset()
    text: int | None = None
    bytes: int | None = None
    max_is_safe: bool = False
    integer_digits: int | None = None
    decimal: tuple[int, int] | None = None


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s."""
    source, target = _canonical(before.type), _canonical(after.type)
    if source == target:
        return Cast.NONE
    if source.name not in _KNOWN or target.name not in _KNOWN:
        return Cast.SAFE if target.name in _TEXTS else Cast.RISKY
    return _cast_strings(source, target) or _cast_numbers(source, target) or _cast_by_row(source, target)


def _canonical(type_: ColumnType) -> ColumnType:
    """The type in Prisma's canonical form: FLOAT(53) is FLOAT, FLOAT(24) is REAL."""
    if type_.name == "FLOAT" and type_.args == (53,):
        return ColumnType("FLOAT")
    if type_.name == "FLOAT" and type_.args == (24,):
        return ColumnType("REAL")
    return type_


def _length(type_: ColumnType) -> int:
    """The length in characters or bytes; SQL Server's default is 1."""
    if not type_.args:
        return 1
    return type_.args[0] if isinstance(type_.args[0], int) else _MAX


def _fits(needed: int, type_: ColumnType) -> Cast:
    return Cast.SAFE if needed <= _length(type_) else Cast.RISKY


def _cast_strings(source: ColumnType, target: ColumnType) -> Cast | None:
    """Casts that compare the lengths of both sides."""
    if source.name in _CHARACTERS and target.name in _CHARACTERS:
        if source.name in _WIDE and target.name not in _WIDE:
            return Cast.RISKY
        if source.name == "VARCHAR" and target.name == "NVARCHAR" and _length(source) == _MAX:
            return Cast.RISKY
        return _fits(_length(source), target)
    if source.name == "VARCHAR" and target.name == "NTEXT" and _length(source) == _MAX:
        return Cast.RISKY
    if source.name not in _BINARIES:
        return None
    if target.name in _WIDE:
        return Cast.SAFE if _length(source) <= _length(target) * 2 else Cast.RISKY
    if target.name in _CHARACTERS | _BINARIES:
        return _fits(_length(source), target)
    width = _BYTES.get(target.name)
    if width is None:
        return None
    return Cast.SAFE if _length(source) <= width else Cast.RISKY


def _cast_numbers(source: ColumnType, target: ColumnType) -> Cast | None:
    """Casts that compare the precisions of both sides."""
    if source.name == "FLOAT" and target.name in {"FLOAT", "REAL"}:
        return Cast.SAFE if _is_double(source) == _is_double(target) else Cast.RISKY
    if source.name == "REAL" and target.name == "FLOAT":
        return Cast.RISKY if _is_double(target) else Cast.SAFE
    if source.name == target.name == "DECIMAL":
        return _cast_decimal(source, target)
    return None


def _is_double(type_: ColumnType) -> bool:
    return type_.name == "FLOAT" and (type_.number() or 53) > 24


def _cast_decimal(source: ColumnType, target: ColumnType) -> Cast:
    precision, scale = _precision(source)
    new_precision, new_scale = _precision(target)
    if not source.args:
        return Cast.RISKY if new_precision < 18 or new_scale > 0 else Cast.SAFE
    if not target.args:
        return Cast.RISKY if precision > 18 or scale > 0 else Cast.SAFE
    return Cast.RISKY if precision - scale > new_precision - new_scale or scale > new_scale else Cast.SAFE


def _precision(type_: ColumnType) -> tuple[int, int]:
    """Precision and scale; SQL Server's defaults are 18 and 0."""
    return type_.number() or 18, type_.number(1) or 0


def _row(source: ColumnType) -> _Row:
    if source.name == "DECIMAL":
        precision, scale = _precision(source)
        return _Row(risky=_DECIMAL_TARGETS, text=precision + (2 if scale else 1), max_is_safe=True)
    if source.name == "FLOAT":
        double = _is_double(source)
        return _Row(risky=_FLOAT_TARGETS, text=317 if double else 47, bytes=8 if double else 4)
    return _ROWS[source.name]


def _cast_by_row(source: ColumnType, target: ColumnType) -> Cast:
    row = _row(source)
    needed = row.text if target.name in _CHARACTERS else row.bytes if target.name in _BINARIES else None
    if needed is not None:
        too_long = _length(target) == _MAX and not row.max_is_safe
        return Cast.RISKY if too_long else _fits(needed, target)
    if target.name == "DECIMAL":
        return _cast_to_decimal(row, *_precision(target))
    if target.name in row.safe or (_length(target) == _MAX and f"{target.name}(max)" in row.safe):
        return Cast.SAFE
    return Cast.RISKY if target.name in row.risky else Cast.NOT_CASTABLE


def _cast_to_decimal(row: _Row, precision: int, scale: int) -> Cast:
    if row.integer_digits is not None:
        return Cast.SAFE if precision - scale >= row.integer_digits else Cast.RISKY
    if row.decimal is not None:
        return Cast.SAFE if precision >= row.decimal[0] and scale >= row.decimal[1] else Cast.RISKY
    if "DECIMAL" in row.safe:
        return Cast.SAFE
    return Cast.RISKY if "DECIMAL" in row.risky else Cast.NOT_CASTABLE


_CHARACTERS = frozenset({"CHAR", "NCHAR", "VARCHAR", "NVARCHAR"})
_WIDE = frozenset({"NCHAR", "NVARCHAR"})
_BINARIES = frozenset({"BINARY", "VARBINARY"})
_TEXTS = _CHARACTERS | {"TEXT", "NTEXT"}
_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INT", "BIGINT"})
_MONEY = frozenset({"MONEY", "SMALLMONEY"})
_BYTES: Mapping[str, int] = {"TINYINT": 1, "SMALLINT": 2, "INT": 4, "BIGINT": 8, "MONEY": 8, "SMALLMONEY": 4}
_FLOATS = frozenset({"FLOAT", "REAL"})
_CLASSIC_TIMES = frozenset({"DATETIME", "SMALLDATETIME"})
_TIMES = _CLASSIC_TIMES | {"DATE", "TIME", "DATETIME2", "DATETIMEOFFSET"}
_NUMBERS = _INTEGERS | _MONEY | _FLOATS | {"DECIMAL", "BIT"}
_DECIMAL_TARGETS = _NUMBERS | _CLASSIC_TIMES | _BINARIES
_FLOAT_TARGETS = _NUMBERS | _CLASSIC_TIMES
_TEXT_TARGETS = _NUMBERS | _TIMES | {"UNIQUEIDENTIFIER"}
_BINARY_ROW = _Row(
    safe=frozenset({"IMAGE"}), risky=frozenset({"DECIMAL", "BIT", "XML", "UNIQUEIDENTIFIER"}) | _CLASSIC_TIMES
)

_ROWS: Mapping[str, _Row] = {
    "BIT": _Row(_NUMBERS | _CLASSIC_TIMES, text=1, bytes=1, max_is_safe=True),
    "TINYINT": _Row(
        _INTEGERS | _MONEY | _FLOATS | _CLASSIC_TIMES,
        frozenset({"BIT"}),
        text=3,
        bytes=1,
        max_is_safe=True,
        integer_digits=3,
    ),
    "SMALLINT": _Row(
        _INTEGERS - {"TINYINT"} | _MONEY | _FLOATS | _CLASSIC_TIMES,
        frozenset({"TINYINT", "BIT"}),
        text=6,
        bytes=2,
        max_is_safe=True,
        integer_digits=5,
    ),
    "INT": _Row(
        _FLOATS | {"BIGINT", "MONEY"},
        _CLASSIC_TIMES | {"TINYINT", "SMALLINT", "SMALLMONEY", "BIT"},
        text=11,
        bytes=4,
        max_is_safe=True,
        integer_digits=10,
    ),
    "BIGINT": _Row(
        _FLOATS,
        _INTEGERS | _MONEY | _CLASSIC_TIMES | {"BIT"},
        text=20,
        bytes=8,
        max_is_safe=True,
        integer_digits=19,
    ),
    "MONEY": _Row(risky=_NUMBERS | _CLASSIC_TIMES, text=21, bytes=8, max_is_safe=True, decimal=(19, 4)),
    "SMALLMONEY": _Row(
        frozenset({"MONEY"}), _NUMBERS | _CLASSIC_TIMES, text=12, bytes=4, max_is_safe=True, decimal=(10, 4)
    ),
    "REAL": _Row(risky=_FLOAT_TARGETS, text=47, bytes=4),
    "DATE": _Row(frozenset({"DATETIME", "DATETIME2", "DATETIMEOFFSET"}), frozenset({"SMALLDATETIME"}), text=10),
    "TIME": _Row(frozenset({"DATETIME2", "DATETIMEOFFSET"}), _CLASSIC_TIMES, text=8),
    "DATETIME": _Row(frozenset({"DATETIME2", "DATETIMEOFFSET"}), frozenset({"DATE", "TIME", "SMALLDATETIME"}), text=23),
    "DATETIME2": _Row(frozenset({"DATETIMEOFFSET"}), _CLASSIC_TIMES | {"DATE", "TIME"}, text=27),
    "DATETIMEOFFSET": _Row(risky=_TIMES, text=33),
    "SMALLDATETIME": _Row(frozenset({"DATETIME", "DATETIME2", "DATETIMEOFFSET"}), frozenset({"DATE", "TIME"}), text=19),
    "CHAR": _Row(frozenset({"TEXT", "NTEXT"}), _TEXT_TARGETS),
    "VARCHAR": _Row(frozenset({"TEXT", "NTEXT"}), _TEXT_TARGETS),
    "NCHAR": _Row(frozenset({"NTEXT"}), _TEXT_TARGETS | {"TEXT"}),
    "NVARCHAR": _Row(frozenset({"NTEXT"}), _TEXT_TARGETS | {"TEXT"}),
    "TEXT": _Row(frozenset({"VARCHAR(max)"}), _TEXTS),
    "NTEXT": _Row(frozenset({"NVARCHAR(max)"}), _TEXTS),
    "BINARY": _BINARY_ROW,
    "VARBINARY": _BINARY_ROW,
    "IMAGE": _Row(frozenset({"VARBINARY(max)"}), _BINARIES),
    "XML": _Row(frozenset({"NVARCHAR(max)"}), _CHARACTERS | _BINARIES),
    "UNIQUEIDENTIFIER": _Row(text=36, bytes=16, max_is_safe=True),
}
_KNOWN = frozenset(_ROWS) | {"DECIMAL", "FLOAT"}
