"""Type changes in place: which ones write no rows, and which ones lose data without an error.

PostgreSQL 12 to 18 and MariaDB 10.11 were measured; the facts for MySQL and SQL Server are from their manuals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from refract.schema.model import ColumnType

_LeavesRows = Callable[[ColumnType, ColumnType], bool]
_TIMES = frozenset({"TIMESTAMP", "TIMESTAMPTZ", "TIME", "TIMETZ"})
_DATES = frozenset({"DATETIME", "TIMESTAMP", "TIME"})
_TRUTH = frozenset({"BOOLEAN", "BOOL"})
_DIGITS = {
    **dict.fromkeys(_TRUTH, 1),
    "TINYINT": 3,
    **dict.fromkeys(("SMALLINT", "INT2"), 5),
    "MEDIUMINT": 8,
    **dict.fromkeys(("INTEGER", "INT", "INT4"), 10),
    **dict.fromkeys(("BIGINT", "INT8"), 19),
}
"""The most digits of a value of the type. Unsigned types are left out: they do not fit a signed type of their size."""
_TEXTS = frozenset({"TEXT", "LONGTEXT", "MEDIUMTEXT", "VARCHAR", "NVARCHAR", "STRING", "CITEXT"})
_BYTES_PER_CHARACTER = 4  # utf8mb4, the default of MySQL and of what Prisma writes
_ONE_LENGTH_BYTE = 255


def leaves_rows(provider: str, before: ColumnType, after: ColumnType) -> bool:
    """Whether a type change touches the catalog only: no row is written, whatever the size of the table."""
    return before.is_list == after.is_list and _LEAVES_ROWS.get(provider, _never)(before, after)


def always_fits(before: ColumnType, after: ColumnType) -> bool:
    """Whether each integer or boolean of one type fits the other, even if Prisma warns."""
    digits = _DIGITS.get(before.name)
    if digits is None or before.is_list or after.is_list:
        return False
    if after.name == "DECIMAL":
        return _number(after, 0, 0) - _number(after, 1, 0) >= digits
    if after.name in _TEXTS:
        return not after.args or "max" in after.args or _number(after, 0, 0) > digits  # and a sign
    return digits <= _DIGITS.get(after.name, 0) and after.name not in _TRUTH


def is_unlimited_text(type_: ColumnType) -> bool:
    """Whether any text fits the type."""
    return type_.name in _TEXTS and (not type_.args or "max" in type_.args)


def is_same_type(provider: str, before: ColumnType, after: ColumnType) -> bool:
    """Whether two types differ in spelling only: in MySQL, a date's precision that is not written is 0."""
    return provider == "mysql" and _is_same_date(before, after)


def _is_same_date(before: ColumnType, after: ColumnType) -> bool:
    return before.name == after.name and before.name in _DATES and {before.args, after.args} == {(), (0,)}


class SilentLoss(StrEnum):
    """What a cast does to values without an error."""

    LIST_BECOMES_TEXT = "list-becomes-text"
    TIME_OF_DAY_CUT = "time-of-day-cut"
    DATE_CUT = "date-cut"
    FRACTIONS_ROUNDED = "fractions-rounded"


def loses_silently(before: ColumnType, after: ColumnType) -> SilentLoss | None:
    """What a cast that Prisma calls safe does to the values, None if each of them survives.

    Source: measured on PostgreSQL, which reports no error.
    """
    if before.is_list and not after.is_list:
        return SilentLoss.LIST_BECOMES_TEXT
    if after.name == "DATE" and before.name in _TIMES:
        return SilentLoss.TIME_OF_DAY_CUT
    if after.name in ("TIME", "TIMETZ") and before.name in ("TIMESTAMP", "TIMESTAMPTZ"):
        return SilentLoss.DATE_CUT
    if before.name in _TIMES and after.name in _TIMES and _precision(after) < _precision(before):
        return SilentLoss.FRACTIONS_ROUNDED
    return None


def _never(_: ColumnType, __: ColumnType) -> bool:
    return False


def _precision(type_: ColumnType) -> int:
    return _number(type_, 0, 6)


def _number(type_: ColumnType, place: int, absent: int) -> int:
    value = type_.number(place)
    return absent if value is None else value


def _postgresql(before: ColumnType, after: ColumnType) -> bool:
    if before.name in ("TEXT", "VARCHAR", "CITEXT") and after.name == "CITEXT":
        return True  # stored as text, according to the casts of citext
    if before.name in ("TEXT", "VARCHAR") and after.name in ("TEXT", "VARCHAR"):
        return not after.args or (bool(before.args) and _number(after, 0, 0) >= _number(before, 0, 0))
    if before.name == after.name and before.name in _TIMES:
        return _precision(after) >= _precision(before)
    if before.name == after.name == "DECIMAL":
        return not after.args or (
            bool(before.args)
            and _number(before, 1, 0) == _number(after, 1, 0)
            and _number(after, 0, 0) >= _number(before, 0, 0)
        )
    return before.name == after.name == "VARBIT" and _number(after, 0, 1 << 31) >= _number(before, 0, 1 << 31)


def _mysql(before: ColumnType, after: ColumnType) -> bool:
    """A longer VARCHAR whose length takes as many bytes as before, or the same type."""
    if _is_same_date(before, after):
        return True
    if before.name != "VARCHAR" or after.name != "VARCHAR":
        return False
    old, new = (_number(t, 0, 0) * _BYTES_PER_CHARACTER for t in (before, after))
    return new >= old and (new <= _ONE_LENGTH_BYTE) == (old <= _ONE_LENGTH_BYTE)


def _sqlserver(before: ColumnType, after: ColumnType) -> bool:
    """Longer text of a varying length; `max` is stored differently."""
    if before.name != after.name or before.name not in ("NVARCHAR", "VARCHAR", "VARBINARY"):
        return False
    sizes = [t.args[0] if t.args else None for t in (before, after)]
    return all(isinstance(s, int) for s in sizes) and _number(after, 0, 0) >= _number(before, 0, 0)


_LEAVES_ROWS: Mapping[str, _LeavesRows] = {"postgresql": _postgresql, "mysql": _mysql, "sqlserver": _sqlserver}
