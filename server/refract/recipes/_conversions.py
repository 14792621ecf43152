"""Values of one type as values of another, and back: expressions that never fail, whatever a row has.

What cannot be converted becomes NULL or the nearest value, so that no write of an old app instance is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from refract.recipes._sql import NUMBERS, cast
from refract.recipes.base import Situation
from refract.recipes.dialects import dialect
from refract.recipes.dialects.base import TEXTS
from refract.schema.model import ColumnType

_FRACTIONS = frozenset(
    {"DOUBLE PRECISION", "DOUBLE", "REAL", "FLOAT", "DECIMAL", "NUMERIC", "MONEY", "FLOAT4", "FLOAT8"}
)
_TIMES = frozenset({"TIMESTAMP", "TIMESTAMPTZ", "DATETIME"})
ROUNDED = frozenset({*NUMBERS, *_FRACTIONS, *_TIMES})
"""The types that keep fewer digits than an expression may give."""
_LIMITS = {16: (-32768, 32767), 32: (-2147483648, 2147483647), 64: (-9223372036854775808, 9223372036854775807)}
_FRACTION_LIMITS = {**_LIMITS, 64: (-9223372036854774784, 9223372036854774784)}  # as the nearest doubles below have it
_DIGITS = {16: 5, 32: 10, 64: 19}
_EXACT_DIGITS = {"DOUBLE PRECISION": 15, "DOUBLE": 15, "FLOAT8": 15, "REAL": 6, "FLOAT": 6, "FLOAT4": 6}
_WHOLE = r"^\s*-?[0-9]{1,9}\s*$"
_DECIMAL = r"^\s*-?[0-9]{1,15}(\.[0-9]+)?\s*$"
_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_GUARDS: Mapping[str, str] = {
    "INTEGER": _WHOLE,
    "INT": _WHOLE,
    "BIGINT": r"^\s*-?[0-9]{1,18}\s*$",
    "SMALLINT": r"^\s*-?[0-9]{1,4}\s*$",
    "UUID": _UUID,
    "BOOLEAN": "^(true|false)$",
    "DATE": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
    **dict.fromkeys(_FRACTIONS, _DECIMAL),
}
"""The texts that can be cast to a type without fear."""


@frozen
class Conversion:
    """`expression` in terms of a value; `lossy` describes the values that do not survive it, if any.

    `is_partial`: some values become NULL. `note` is what it takes for granted.
    """

    expression: str
    lossy: str = ""
    is_partial: bool = False
    note: str = ""


def conversion(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion | None:
    """How `value` of one type is converted to another; None if only the user can know."""
    if source.is_list != target.is_list:
        return _list(s, value, source, target, target_text)
    if source == target:
        return Conversion(value)
    if source.enum is not None or target.enum is not None:
        return _enum(s, value, source, target, target_text)
    numbers = NUMBERS.get(source.name), NUMBERS.get(target.name)
    if all(numbers):
        return _number(s, value, numbers[0] or 0, numbers[1] or 0, target_text)
    if target.name in TEXTS:
        return _text(s, value, source, target, target_text)
    if source.name in TEXTS and target.name in _GUARDS and dialect(s.provider.name).matches_patterns:
        guarded = f"CASE WHEN {dialect(s.provider.name).matches(value, _guard(target))} THEN {cast(s, value, target_text)} END"
        return Conversion(guarded, "other texts become NULL", is_partial=True)
    if source.name in {*NUMBERS, *_FRACTIONS} and target.name in _FRACTIONS:
        return _fraction(s, value, source, target, target_text)
    if source.name in _FRACTIONS and target.name in NUMBERS:
        low, high = _FRACTION_LIMITS[NUMBERS[target.name]]
        held = f"CASE WHEN {value} BETWEEN {low} AND {high} THEN {cast(s, value, target_text)} END"
        return Conversion(held, f"fractions are rounded, and numbers beyond {high} become NULL", is_partial=True)
    if {source.name, target.name} <= _TIMES:
        return _time(s, value, source, target, target_text)
    if source.name != target.name:
        return None
    return Conversion(
        cast(s, value, target_text), "values that are too long are cut" if _is_shorter(source, target) else ""
    )


def _guard(target: ColumnType) -> str:
    """The texts that a type takes, as a regular expression."""
    fixed = None if target.name in NUMBERS else _precision(target)
    if fixed is None:
        return _GUARDS[target.name]
    precision, scale = fixed
    fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    return (
        rf"^\s*-?[0-9]{{1,{min(15, precision - scale)}}}{fraction}\s*$"
        if precision > scale
        else rf"^\s*-?0{fraction}\s*$"
    )


def _fraction(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion:
    """A number as one with a fraction."""
    cast_value, rounded = cast(s, value, target_text), "digits beyond its precision are rounded"
    has, takes = _precision(source), _precision(target)
    if takes is None:
        exact = has is not None and has[0] <= _EXACT_DIGITS.get(target.name, 0)
        wider = _EXACT_DIGITS.get(source.name, 16) <= _EXACT_DIGITS.get(target.name, 0)
        return Conversion(cast_value, "" if exact or wider else rounded)
    whole = takes[0] - takes[1]
    if has is not None and has[0] - has[1] <= whole:
        return Conversion(cast_value, "" if has[1] <= takes[1] else rounded)
    limit = format(Decimal(10) ** whole - Decimal(5).scaleb(-takes[1] - 1), "f")
    held = f"CASE WHEN {value} < {limit} AND {value} > -{limit} THEN {cast_value} END"
    return Conversion(held, f"{rounded}, and numbers of more than {whole} digits become NULL", is_partial=True)


def _precision(type_: ColumnType) -> tuple[int, int] | None:
    """How many digits a number has, and how many of these after the point; None if that is not fixed."""
    if type_.name in NUMBERS:
        return _DIGITS[NUMBERS[type_.name]], 0
    sizes = [a for a in type_.args if isinstance(a, int)]
    if type_.name not in ("DECIMAL", "NUMERIC") or not sizes:
        return None
    return sizes[0], sizes[1] if len(sizes) > 1 else 0


def _time(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion:
    """A time as another. One without a zone is UTC, as Prisma writes it, whatever the zone of the session is."""
    sql = dialect(s.provider.name)
    differ = source.name != target.name
    converted = cast(s, sql.between_zones(value) if differ else value, target_text)
    first, last = sql.times.get(target.name, ("", "")) if differ else ("", "")
    lossy = ["fractions of a second are rounded"] if _is_shorter(source, target) else []
    if first:
        lossy.append(f"times before {first} or after {last} become NULL")
        converted = f"CASE WHEN {value} BETWEEN '{first}' AND '{last}' THEN {converted} END"
    note = "Times without a time zone are taken as UTC." if differ and sql.has_zones else ""
    return Conversion(converted, ", and ".join(lossy), bool(first), note)


def _is_shorter(source: ColumnType, target: ColumnType) -> bool:
    """Whether a type of the same kind takes less: a length, digits of a second."""
    sizes = [[a for a in type_.args if isinstance(a, int)] for type_ in (source, target)]
    return bool(sizes[1]) and (not sizes[0] or sizes[1][0] < sizes[0][0])


def _number(s: Situation, value: str, source: int, target: int, target_text: str) -> Conversion:
    if target >= source:
        return Conversion(dialect(s.provider.name).widened(value, target_text))
    low, high = _LIMITS[target]
    held = (
        f"CASE WHEN {value} > {high} THEN {high} WHEN {value} < {low} THEN {low} ELSE {cast(s, value, target_text)} END"
    )
    return Conversion(held, f"values beyond {high} become {high}")


def _text(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion:
    length = next((a for a in target.args if isinstance(a, int)), None)
    plain = cast(s, value, target_text if length is None else dialect(s.provider.name).any_text)
    if length is None:
        return Conversion(plain)
    known = next((a for a in source.args if isinstance(a, int)), None)
    if source.name in TEXTS and known is not None and known <= length:
        return Conversion(value)
    return Conversion(f"LEFT({plain}, {length})", f"texts are cut after {length} characters")


def _enum(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion | None:
    if target.enum is None:
        return Conversion(cast(s, value, target_text)) if target.name in TEXTS else None
    if source.name not in TEXTS:
        return None
    values = s.database.enums[target.enum].values if target.enum in s.database.enums else ()
    listed = ", ".join("'" + v.name.replace("'", "''") + "'" for v in values)
    if not listed:
        return None
    return Conversion(
        f"CASE WHEN {value} IN ({listed}) THEN {cast(s, value, target_text)} END",
        "other texts become NULL",
        is_partial=True,
    )


def _list(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion | None:
    if (source.name, source.enum) != (target.name, target.enum) or not s.provider.scalar_lists:
        return None
    if target.is_list:
        return Conversion(f"CASE WHEN {value} IS NULL THEN CAST(ARRAY[] AS {target_text}) ELSE ARRAY[{value}] END")
    return Conversion(f"({value})[1]", "only the first element is kept", is_partial=True)
