"""Values of one type as values of another, and back: expressions that never fail, whatever a row has.

What cannot be converted becomes NULL or the nearest value, so that no write of an old app instance is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from refract.recipes._sql import NUMBERS, cast
from refract.recipes.base import Situation
from refract.recipes.dialects import dialect
from refract.recipes.dialects.base import TEXTS
from refract.schema.model import ColumnType

_FRACTIONS = frozenset(
    {"DOUBLE PRECISION", "DOUBLE", "REAL", "FLOAT", "DECIMAL", "NUMERIC", "MONEY", "FLOAT4", "FLOAT8"}
)
_LIMITS = {16: (-32768, 32767), 32: (-2147483648, 2147483647), 64: (-9223372036854775808, 9223372036854775807)}
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
    """`expression` in terms of a value; `lossy` describes the values that do not survive it, if any."""

    expression: str
    lossy: str = ""


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
        guarded = f"CASE WHEN {dialect(s.provider.name).matches(value, _GUARDS[target.name])} THEN {cast(s, value, target_text)} END"
        return Conversion(guarded, "other texts become NULL")
    numeric = {*NUMBERS, *_FRACTIONS}
    if source.name in numeric and target.name in _FRACTIONS:
        return Conversion(cast(s, value, target_text), "digits beyond its precision are rounded")
    if source.name in _FRACTIONS and target.name in NUMBERS:
        low, high = _LIMITS[NUMBERS[target.name]]
        held = f"CASE WHEN {value} BETWEEN {low} AND {high} THEN {cast(s, value, target_text)} END"
        return Conversion(held, "fractions are rounded")
    same_family = source.name == target.name or {source.name, target.name} <= {"TIMESTAMP", "TIMESTAMPTZ", "DATETIME"}
    return Conversion(cast(s, value, target_text)) if same_family else None


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
        f"CASE WHEN {value} IN ({listed}) THEN {cast(s, value, target_text)} END", "other texts become NULL"
    )


def _list(s: Situation, value: str, source: ColumnType, target: ColumnType, target_text: str) -> Conversion | None:
    if (source.name, source.enum) != (target.name, target.enum) or not s.provider.scalar_lists:
        return None
    if target.is_list:
        return Conversion(f"CASE WHEN {value} IS NULL THEN CAST(ARRAY[] AS {target_text}) ELSE ARRAY[{value}] END")
    return Conversion(f"({value})[1]", "only the first element is kept")
