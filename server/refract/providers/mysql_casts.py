"""How Prisma rates a type change on MySQL and MariaDB.

One row per type changed from: the types it becomes safely, and those it becomes at a risk. A type in
neither is not castable: Prisma drops the column and adds it again. The functions at the end decide the
casts that depend on lengths and precisions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType

_Exception = Callable[[ColumnType, ColumnType], Cast | None]


@frozen
class _Row:
    safe: frozenset[str]
    risky: frozenset[str] = field(factory=frozenset)
    exception: _Exception | None = None


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s. Prisma never changes types that it does not know."""
    if "ENUM" in {before.type.name, after.type.name}:
        return _cast_enum(before.type, after.type)
    row, target = _ROWS.get(_name(before.type)), _name(after.type)
    if row is None or target not in _ROWS:
        return Cast.NONE
    decided = row.exception and row.exception(before.type, after.type)
    if decided:
        return decided
    if target == _name(before.type):
        return Cast.NONE
    if target in row.safe:
        return Cast.SAFE
    return Cast.RISKY if target in row.risky else Cast.NOT_CASTABLE


def _name(type_: ColumnType) -> str:
    return "TINYINT" if type_.name == "BOOLEAN" else type_.name


def _cast_enum(before: ColumnType, after: ColumnType) -> Cast:
    if before.name != after.name:
        return Cast.RISKY
    if before.args == after.args:
        return Cast.NONE
    return Cast.SAFE if set(before.args) <= set(after.args) else Cast.RISKY


def _size(type_: ColumnType, default: int = 1) -> int:
    return next((a for a in type_.args if isinstance(a, int)), default)


def _resized(before: ColumnType, after: ColumnType, default: int = 1) -> Cast:
    size, new_size = _size(before, default), _size(after, default)
    if size == new_size:
        return Cast.NONE
    return Cast.SAFE if size < new_size else Cast.RISKY


def _from_bigint(_: ColumnType, after: ColumnType) -> Cast | None:
    if after.name != "DECIMAL" or len(after.args) != 2:
        return None
    return Cast.SAFE if (after.number() or 0) - (after.number(1) or 0) >= 20 else None


def _from_binary(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name == "BINARY":
        return _resized(before, after)
    if after.name == "BIT":
        return Cast.SAFE if _size(after) >= _size(before) * 8 else Cast.RISKY
    return None


def _from_bit(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name == "BIT":
        return _resized(before, after)
    if after.name in {"BIGINT", "BIGINT UNSIGNED"}:
        return Cast.SAFE if _size(before) == 64 else Cast.RISKY
    if after.name == "BINARY":
        return Cast.SAFE if _size(before) >= 8 * _size(after) else Cast.NOT_CASTABLE
    return None


def _from_sized_text(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name not in _SIZED:
        return None
    if before.name == after.name and _size(before) == _size(after):
        return Cast.NONE
    return Cast.SAFE if _size(after) >= _size(before) else Cast.RISKY


def _from_varbinary(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name == "VARBINARY":
        return _resized(before, after)
    return Cast.SAFE if after.name == "BINARY" and _size(after) > _size(before) else None


def _from_moment(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name == before.name:
        return _resized(before, after, default=_NO_PRECISION)
    return Cast.SAFE if after.name == "BIT" and _size(after) == 64 else None


def _from_time(before: ColumnType, after: ColumnType) -> Cast | None:
    if after.name != "TIME":
        return None
    return Cast.NONE if _size(before, 0) == _size(after, 0) else Cast.SAFE


def _from_decimal(before: ColumnType, after: ColumnType) -> Cast | None:
    return Cast.RISKY if after.name == "DECIMAL" and before.args != after.args else None


def _from_floating(bits: int) -> _Exception:
    def decide(_: ColumnType, after: ColumnType) -> Cast | None:
        if after.name == "BIT" and _size(after) >= bits:
            return Cast.SAFE
        if after.name in _SIZED:
            return Cast.RISKY if _size(after) >= 32 else Cast.NOT_CASTABLE
        return None

    return decide


def _from_int(_: ColumnType, after: ColumnType) -> Cast | None:
    return Cast.SAFE if after.name == "BIT" and _size(after) >= 32 else None


_NO_PRECISION = -1  # Prisma thinks less of DATETIME than of DATETIME(0)

_SIZED = frozenset({"CHAR", "VARCHAR", "BINARY", "VARBINARY"})
_TEXTS = frozenset({"TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"})
_BLOBS = frozenset({"TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"})
_STRINGS = _SIZED | _TEXTS | _BLOBS
_SIGNED = frozenset({"TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER", "BIGINT"})
_UNSIGNED = frozenset(f"{name} UNSIGNED" for name in _SIGNED)
_INTEGERS = _SIGNED | _UNSIGNED
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_MOMENTS = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
_ALL = _STRINGS | _INTEGERS | _FLOATS | _MOMENTS | {"BIT", "DECIMAL", "TIME", "YEAR", "JSON"}

_BLOB_ROW = _Row(_BLOBS, _SIZED | _TEXTS | {"BIT"})
_SIZED_TEXT_ROW = _Row(_TEXTS | _BLOBS, _ALL, _from_sized_text)
_LONG_TEXT_ROW = _Row((_STRINGS - {"TINYTEXT", "TINYBLOB"}) | {"BIT"}, _ALL)
_INT_ROW = _Row(
    _STRINGS | {"BIGINT"}, (_INTEGERS - {"BIGINT"}) | _FLOATS | {"BIT", "YEAR", "DECIMAL"}, exception=_from_int
)
_SMALL_TARGETS = _STRINGS | _INTEGERS | _FLOATS | {"BIT", "TIME", "YEAR"}
_MOMENT_TARGETS = _STRINGS | {"BIGINT", "BIGINT UNSIGNED", "TIME", "DATE"}
_FLOATING_TARGETS = _TEXTS | _BLOBS | _INTEGERS | _FLOATS | {"DECIMAL", "JSON", "YEAR", "TIME"}

_ROWS: Mapping[str, _Row] = {
    "BIGINT": _Row(_STRINGS | _FLOATS | {"BIT", "TIME"}, (_INTEGERS - {"BIGINT"}) | {"YEAR"}, exception=_from_bigint),
    "INTEGER": _INT_ROW,
    "MEDIUMINT": _INT_ROW,
    "SMALLINT": _Row(frozenset({"MEDIUMINT", "INTEGER", "BIGINT", "TIME"}), _SMALL_TARGETS),
    "TINYINT": _Row(frozenset({"SMALLINT", "MEDIUMINT", "INTEGER", "BIGINT", "TIME"}), _SMALL_TARGETS),
    "BIGINT UNSIGNED": _Row(frozenset(), _SMALL_TARGETS),
    "INTEGER UNSIGNED": _Row(frozenset(), _SMALL_TARGETS),
    "MEDIUMINT UNSIGNED": _Row(frozenset(), _SMALL_TARGETS),
    "SMALLINT UNSIGNED": _Row(_UNSIGNED - {"TINYINT UNSIGNED", "SMALLINT UNSIGNED"}, _SMALL_TARGETS),
    "TINYINT UNSIGNED": _Row(_UNSIGNED - {"TINYINT UNSIGNED"}, _SMALL_TARGETS),
    "BINARY": _Row(
        (_STRINGS - {"BINARY"}) | _FLOATS | {"DECIMAL", "MEDIUMINT"},
        (_INTEGERS - {"MEDIUMINT"}) | {"TIME", "YEAR"},
        _from_binary,
    ),
    "VARBINARY": _Row(_BLOBS - {"TINYBLOB"}, _STRINGS | {"BIT"}, _from_varbinary),
    "BIT": _Row(
        (_STRINGS - {"BINARY"}) | (_INTEGERS - {"BIGINT", "BIGINT UNSIGNED"}) | {"YEAR"},
        _FLOATS | {"DECIMAL"},
        _from_bit,
    ),
    "TINYBLOB": _BLOB_ROW,
    "BLOB": _BLOB_ROW,
    "MEDIUMBLOB": _BLOB_ROW,
    "LONGBLOB": _BLOB_ROW,
    "CHAR": _SIZED_TEXT_ROW,
    "VARCHAR": _SIZED_TEXT_ROW,
    "TINYTEXT": _Row((_STRINGS - {"TINYBLOB"}) | {"BIT"}, _ALL),
    "TEXT": _LONG_TEXT_ROW,
    "MEDIUMTEXT": _LONG_TEXT_ROW,
    "LONGTEXT": _LONG_TEXT_ROW,
    "DATE": _Row(
        _STRINGS | _FLOATS | {"DATETIME", "BIGINT", "BIGINT UNSIGNED", "INTEGER", "INTEGER UNSIGNED", "DECIMAL", "BIT"}
    ),
    "DATETIME": _Row(_MOMENT_TARGETS | {"TIMESTAMP"}, exception=_from_moment),
    "TIMESTAMP": _Row(_MOMENT_TARGETS | {"DATETIME"}, exception=_from_moment),
    "TIME": _Row(_STRINGS | _INTEGERS | _FLOATS | {"DECIMAL", "BIT"}, _MOMENTS, _from_time),
    "YEAR": _Row(
        _STRINGS | _FLOATS | (_INTEGERS - {"TINYINT", "TINYINT UNSIGNED"}) | {"BIT"}, frozenset({"DECIMAL", "JSON"})
    ),
    "DECIMAL": _Row(_STRINGS, _INTEGERS | _FLOATS | {"BIT", "TIME", "YEAR", "JSON"}, _from_decimal),
    "FLOAT": _Row(_FLOATING_TARGETS, exception=_from_floating(32)),
    "DOUBLE": _Row(_FLOATING_TARGETS, exception=_from_floating(64)),
    "JSON": _Row(_STRINGS),
}
