"""How Prisma rates a type change on PostgreSQL.

One row per type changed from: the types it becomes safely, and those it becomes at a risk; a type in neither is
not castable: Prisma drops the column and adds it again. `room` is how many characters the longest value takes
as text. The ratings are Prisma's, not PostgreSQL's: some of these casts need USING.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType

_NUMBERS = frozenset({"SMALLINT", "INTEGER", "BIGINT", "DECIMAL", "REAL", "DOUBLE PRECISION"})
_KNOWN = _NUMBERS | {
    *("MONEY", "INET", "OID", "CITEXT", "VARCHAR", "CHAR", "TEXT", "BYTEA", "TIMESTAMP", "TIMESTAMPTZ", "DATE"),
    *("TIME", "TIMETZ", "BOOLEAN", "BIT", "VARBIT", "UUID", "XML", "JSON", "JSONB"),
}

_Decide = Callable[[ColumnType, ColumnType], Cast | None]


@frozen
class _Row:
    """`decide` is tried first, then `safe` and `risky`, then `otherwise`."""

    safe: frozenset[str] = frozenset()
    risky: frozenset[str] = frozenset()
    decide: _Decide | None = None
    otherwise: Cast = Cast.NOT_CASTABLE


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s."""
    old, new = before.type, after.type
    if old.enum or new.enum:
        return Cast.NONE if old.enum == new.enum else Cast.NOT_CASTABLE
    if old.is_list != new.is_list:
        return _from_list(new) if old.is_list else Cast.NOT_CASTABLE
    if old.name not in _KNOWN or new.name not in _KNOWN:
        return Cast.NONE if old.name not in _KNOWN and new.name not in _KNOWN else Cast.RISKY
    if (old.name, _length_in_full(old)) == (new.name, _length_in_full(new)):
        return Cast.NONE
    return _of_row(_ROWS[old.name], old, new)


def _length_in_full(type_: ColumnType) -> tuple[int | str, ...]:
    """The arguments; a CHAR or BIT without a length has the length 1, as the catalogue says."""
    return (1,) if type_.name in ("CHAR", "BIT") and not type_.args else type_.args


def _from_list(new: ColumnType) -> Cast:
    if new.name == "TEXT" or (new.name == "VARCHAR" and not new.args):
        return Cast.SAFE
    return Cast.RISKY if new.name in ("VARCHAR", "CHAR") else Cast.NOT_CASTABLE


def _of_row(row: _Row, old: ColumnType, new: ColumnType) -> Cast:
    decided = row.decide(old, new) if row.decide else None
    if decided is not None:
        return decided
    if new.name in row.safe:
        return Cast.SAFE
    return Cast.RISKY if new.name in row.risky else row.otherwise


def _length(type_: ColumnType) -> int | None:
    return type_.number()


def _digits(type_: ColumnType) -> tuple[int, int] | None:
    """Precision and scale."""
    precision = type_.number()
    return None if precision is None else (precision, type_.number(1) or 0)


def _text_of(room: int, new: ColumnType) -> Cast | None:
    """A number as text: a length that is too small cuts it, and a bare CHAR holds one character."""
    if new.name not in ("VARCHAR", "CHAR"):
        return None
    length = _length(new)
    if length is None:
        return Cast.RISKY if new.name == "CHAR" else Cast.SAFE
    return Cast.RISKY if length < room else Cast.SAFE


def _whole_number(room: int, digits: int) -> _Decide:
    def decide(_: ColumnType, new: ColumnType) -> Cast | None:
        if new.name == "DECIMAL":
            size = _digits(new)
            return Cast.RISKY if size and size[0] - size[1] < digits else Cast.SAFE
        return _text_of(room, new)

    return decide


def _float(room: int) -> _Decide:
    return lambda _, new: _text_of(room, new)


_INTEGER_DIGITS = {"SMALLINT": 2, "INTEGER": 9, "BIGINT": 18}


def _decimal(old: ColumnType, new: ColumnType) -> Cast | None:
    size = _digits(old)
    if new.name in _INTEGER_DIGITS:
        return Cast.RISKY if size is None or size[1] > 0 or size[0] > _INTEGER_DIGITS[new.name] else Cast.SAFE
    if new.name == "DECIMAL":
        return _decimal_resized(size, _digits(new))
    if size is None:
        return _text_of(131073, new)
    return _text_of(size[0] + (2 if size[1] else 1), new)


def _decimal_resized(old: tuple[int, int] | None, new: tuple[int, int] | None) -> Cast:
    if new is None:
        return Cast.SAFE
    if old is None:
        return Cast.RISKY if new[0] < 131072 or new[1] < 16383 else Cast.SAFE
    return Cast.RISKY if old[0] - old[1] > new[0] - new[1] or old[1] > new[1] else Cast.SAFE


def _varchar(old: ColumnType, new: ColumnType) -> Cast | None:
    if new.name not in ("VARCHAR", "CHAR"):
        return None
    length, new_length = _length(old), _length(new)
    if new_length is None:
        return Cast.RISKY if new.name == "CHAR" and length != 1 else Cast.SAFE
    return Cast.RISKY if length is None or length > new_length else Cast.SAFE


def _char(old: ColumnType, new: ColumnType) -> Cast | None:
    if new.name not in ("VARCHAR", "CHAR"):
        return None
    length, new_length = _length(old), _length(new)
    if length is None or length == 1:
        return Cast.SAFE
    if new_length is None:
        return Cast.RISKY if new.name == "CHAR" else Cast.SAFE
    return Cast.RISKY if length > new_length else Cast.SAFE


def _text(_: ColumnType, new: ColumnType) -> Cast | None:
    if new.name == "VARCHAR" and not new.args:
        return Cast.SAFE
    return Cast.RISKY if new.name in ("VARCHAR", "CHAR") else None


def _bytes(_: ColumnType, new: ColumnType) -> Cast | None:
    if new.name == "VARCHAR" and not new.args:
        return Cast.SAFE
    fits = new.name in ("VARCHAR", "CHAR") and (_length(new) or 0) > 2
    return Cast.RISKY if fits else None


def _fixed(room: int) -> _Decide:
    """Values that all have the same length as text: either they fit or there is no cast."""

    def decide(old: ColumnType, new: ColumnType) -> Cast | None:
        if new.name == old.name and (not new.args or not old.args):
            return Cast.NONE
        if new.name == "VARCHAR" and not new.args:
            return Cast.SAFE
        fits = new.name in ("VARCHAR", "CHAR") and (_length(new) or 0) >= room
        return Cast.SAFE if fits else None

    return decide


def _boolean(_: ColumnType, new: ColumnType) -> Cast | None:
    if new.name != "CHAR":
        return None
    length = _length(new) or 1
    return Cast.SAFE if length > 4 else Cast.RISKY if length > 3 else Cast.NOT_CASTABLE


def _bit(old: ColumnType, new: ColumnType) -> Cast | None:
    length = _length(old)
    if new.name not in ("VARCHAR", "CHAR", "VARBIT"):
        return None
    if length is None:
        return Cast.SAFE
    new_length = _length(new)
    if new_length is None:
        return Cast.NOT_CASTABLE if new.name == "CHAR" else Cast.SAFE
    return Cast.SAFE if new_length >= length else Cast.NOT_CASTABLE


def _varbit(old: ColumnType, new: ColumnType) -> Cast | None:
    length, new_length = _length(old), _length(new)
    if new.name == "VARCHAR" and new_length is None:
        return Cast.SAFE
    if length is None:
        return Cast.RISKY if new.name in ("VARCHAR", "CHAR", "BIT") else None
    if new.name == "VARBIT":
        return Cast.SAFE if new_length is None or new_length > length else Cast.NOT_CASTABLE
    if new.name == "BIT":
        return Cast.RISKY if new_length is None or new_length <= length else Cast.NOT_CASTABLE
    if new.name in ("VARCHAR", "CHAR"):
        return Cast.SAFE if new_length is not None and new_length >= length else Cast.RISKY
    return None


def _row(safe: str = "", risky: str = "", decide: _Decide | None = None) -> _Row:
    return _Row(_names(safe), _names(risky), decide)


def _names(text: str) -> frozenset[str]:
    return frozenset(n.strip() for n in text.split(",") if n.strip())


_ROWS: Mapping[str, _Row] = {
    "INET": _row("CITEXT, TEXT, VARCHAR"),
    "MONEY": _Row(_names("CITEXT, TEXT, VARCHAR"), otherwise=Cast.RISKY),
    "CITEXT": _Row(_names("TEXT, VARCHAR"), otherwise=Cast.RISKY),
    "OID": _row("TEXT, VARCHAR, INTEGER, BIGINT"),
    "SMALLINT": _row("INTEGER, BIGINT, REAL, DOUBLE PRECISION, TEXT", decide=_whole_number(4, 3)),
    "INTEGER": _row("BIGINT, REAL, DOUBLE PRECISION, TEXT", "SMALLINT", _whole_number(11, 10)),
    "BIGINT": _row("REAL, DOUBLE PRECISION, TEXT", "SMALLINT, INTEGER", _whole_number(20, 19)),
    "DECIMAL": _row("TEXT", "REAL, DOUBLE PRECISION", _decimal),
    "REAL": _row("DOUBLE PRECISION, TEXT", "SMALLINT, INTEGER, BIGINT, DECIMAL", _float(47)),
    "DOUBLE PRECISION": _row("TEXT", "SMALLINT, INTEGER, BIGINT, DECIMAL, REAL", _float(317)),
    "VARCHAR": _row("TEXT", decide=_varchar),
    "CHAR": _row("TEXT", decide=_char),
    "TEXT": _row("CITEXT", decide=_text),
    "BYTEA": _row("TEXT", decide=_bytes),
    "TIMESTAMP": _row("TEXT, TIMESTAMP, TIMESTAMPTZ, DATE, TIME, TIMETZ", decide=_fixed(23)),
    "TIMESTAMPTZ": _row("TEXT, TIMESTAMP, TIMESTAMPTZ, DATE, TIME, TIMETZ", decide=_fixed(28)),
    "DATE": _row("TEXT, TIMESTAMP, TIMESTAMPTZ", decide=_fixed(28)),
    "TIME": _row("TEXT, TIMETZ", decide=_fixed(14)),
    "TIMETZ": _row("TEXT, TIMETZ, TIME", decide=_fixed(19)),
    "BOOLEAN": _row("TEXT, VARCHAR", decide=_boolean),
    "BIT": _row("TEXT", decide=_bit),
    "VARBIT": _row("TEXT", decide=_varbit),
    "UUID": _row("TEXT", decide=_fixed(32)),
    "XML": _row("TEXT", decide=_text),
    "JSON": _row("TEXT, JSONB", decide=_text),
    "JSONB": _row("TEXT, JSON", decide=_text),
}
