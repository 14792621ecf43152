"""Defaults in one canonical form, whether read from a schema or from SQL, so that equal ones compare equal."""

from __future__ import annotations

import base64
import binascii
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from refract.schema.model import ColumnType, Default, DefaultKind

NOW = Default(DefaultKind.NOW)
_NOW_WORDS = re.compile(
    r"(?:current_timestamp|now|getdate|sysdatetime|localtimestamp|transaction_timestamp)\s*(?:\(\s*\d*\s*\))?\Z", re.I
)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\Z", re.I)
_STRING = re.compile(r"N?'((?:[^']|'')*)'\Z", re.S)
_ESCAPE_STRING = re.compile(r"E'((?:[^'\\]|''|\\.)*)'\Z", re.S)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b"}
_TYPE = r"(?:\"(?:[^\"]|\"\")*\"(?!\")|[\w. ])+(?:\(\d+(?:,\s*\d+)?\)[\w ]*)?(?:\s*\[\s*\d*\s*\])*"
_CAST = re.compile(rf"(.*\S)\s*::\s*{_TYPE}\Z", re.S)
_TYPED_LITERAL = re.compile(r"(?:[a-z_]\w*\s+)+('(?:[^']|'')*')\Z", re.S | re.I)
_DOLLARS = re.compile(r"\$(\w*)\$(.*)\$\1\$\Z", re.S)
_UNICODE_STRING = re.compile(r"U&'((?:[^']|'')*)'\Z", re.S | re.I)
_UNICODE = re.compile(r"\\(?:\\|\+([0-9a-f]{6})|([0-9a-f]{4}))", re.I)
_CURRENT_TIMES = {"now", "today", "tomorrow", "yesterday"}
_TRUE, _FALSE = {"true", "t", "yes", "y", "on", "1"}, {"false", "f", "no", "n", "off", "0"}
_STD_CAST = re.compile(r"CAST\((.*)\s+AS\s+[^()]+(?:\([\d, ]+\))?\)\Z", re.S | re.I)
_BRACKET = re.compile(r"[()]")
_ARRAY = re.compile(r"ARRAY\s*\[(.*)\]\Z", re.S | re.I)
_BOOLEAN_TYPES = {"BOOLEAN", "BOOL", "BIT", "TINYINT"}
_BYTES_TYPES = {"BYTEA", "BYTES", "BLOB", "LONGBLOB", "MEDIUMBLOB", "TINYBLOB", "VARBINARY", "BINARY"}
_TIMES = {"TIMESTAMP", "TIMESTAMPTZ", "DATE", "TIME", "TIMETZ"}
_TIME_TYPES = {"TIMESTAMP", "TIMESTAMPTZ", "DATETIME", "DATETIME2", "DATETIMEOFFSET"}
_FRACTION = re.compile(r"(?<=\d:\d\d)\.(\d+)")
_NANOSECONDS = 9  # digits
_MOST_DIGITS = 1_000
_MOST_WRAPPINGS = 16
"""How many casts and parentheses are removed from a default; with more of them it remains an expression."""

_NUMBER_TYPES = {
    "SMALLINT", "INTEGER", "INT", "BIGINT", "DECIMAL", "REAL", "DOUBLE PRECISION", "DOUBLE", "FLOAT", "OID", "MONEY",
    "INT2", "INT4", "INT8", "FLOAT4", "FLOAT8", "TINYINT", "MEDIUMINT",
}  # fmt: skip


def string(text: str) -> Default:
    """The default that is this text."""
    return Default(DefaultKind.STRING, text)


def boolean(value: bool) -> Default:
    """The default that is true or false."""
    return Default(DefaultKind.BOOLEAN, "true" if value else "false")


def number(text: str) -> Default:
    """A number in its shortest plain form: `1.50` is `1.5`, `-0` is `0`, `1e3` is `1000`. It keeps its digits: Prisma
    writes them.
    """
    value = _decimal(text)
    if value is None:
        return Default(DefaultKind.EXPRESSION, text)
    plain = format(value.normalize(), "f") if value else "0"
    return Default(DefaultKind.NUMBER, plain, digits=format(value if value else abs(value), "f"))


def _decimal(text: str) -> Decimal | None:
    """The number in a text; None for what is not one, and for one of more digits than any column takes."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS else None


def expression(sql: str) -> Default:
    """The default that this SQL gives."""
    return Default(DefaultKind.EXPRESSION, sql.strip())


def bytes_from_base64(text: str) -> Default:
    """Bytes as a schema writes them (base64), kept as hexadecimal digits. Anything else is kept unchanged."""
    try:
        return string(base64.b64decode(text, validate=True).hex())
    except (binascii.Error, ValueError):
        return string(text)


def moment(text: str) -> Default:
    """A date and time as a schema writes it (RFC 3339), in UTC. The fraction has 3, 6 or 9 digits, as Prisma writes it."""
    found = _FRACTION.search(text)
    fraction = found[1].rstrip("0")[:_NANOSECONDS] if found else ""
    try:
        value = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
        value = value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return string(text)
    digits = fraction.ljust(-len(fraction) // 3 * -3, "0")
    return string(f"{value.isoformat(sep=' ')}{'.' if digits else ''}{digits} +00:00")


def parse_sql_default(sql: str, type_: ColumnType) -> Default | None:
    """The default written after DEFAULT in SQL, for a column of `type_`. None for NULL."""
    text = _unwrapped(sql)
    if not text or text.lower() == "null":
        return None
    if type_.is_list:
        return _parse_list(text, type_)
    if _NOW_WORDS.match(text):
        return NOW
    if text.lower() in ("true", "false"):
        return boolean(text.lower() == "true")
    typed = _TYPED_LITERAL.match(text)
    literal = _string_literal(typed.group(1) if typed else text)
    if literal is not None:
        return _typed_string(literal, type_, sql)
    if _NUMBER.match(text):
        return _typed_number(text, type_)
    if type_.name in _BYTES_TYPES and re.match(r"(?:0x|x')[0-9a-f]*'?\Z", text, re.I):
        return string(re.sub(r"^(?:0x|x')|'$", "", text, flags=re.I).lower())
    if re.match(r"b'[01]+'\Z", text, re.I) and type_.name in ("BIT", "BOOLEAN"):
        return boolean("1" in text) if type_.args in ((), (1,)) else string(text[2:-1])
    return expression(sql)


def _unwrapped(sql: str) -> str:
    """The text without casts, and without the parentheses that SQL Server puts around every default."""
    text = sql.strip()
    for _ in range(_MOST_WRAPPINGS):
        shorter = bare_expression(text)
        cast = _CAST.match(shorter) or _STD_CAST.match(shorter)
        if cast and _is_simple(cast.group(1).strip()):
            shorter = cast.group(1).strip()
        if shorter == text:
            break
        text = shorter
    return text


def _is_simple(text: str) -> bool:
    """Whether removing a cast leaves a literal: the cast of a longer expression is part of it."""
    return bool(
        _STRING.match(text)
        or _NUMBER.match(text)
        or _ARRAY.match(text)
        or text.lower() in ("true", "false", "null")
        or text.startswith("(")
        or _CAST.match(text)
    )


def bare_expression(text: str) -> str:
    """An expression without the parentheses around the whole of it, if there are any."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for bracket in _BRACKET.finditer(text, 0, len(text) - 1):
        depth += 1 if bracket.group() == "(" else -1
        if depth == 0:
            return text
    return text[1:-1].strip()


def _string_literal(text: str) -> str | None:
    match = _STRING.match(text)
    if match:
        return match.group(1).replace("''", "'")
    match = _ESCAPE_STRING.match(text)
    if match:
        return re.sub(r"\\(.)", _escaped, match.group(1).replace("''", "'"), flags=re.S)
    match = _DOLLARS.match(text)
    if match:
        return match.group(2)
    match = _UNICODE_STRING.match(text)
    if match:
        return _UNICODE.sub(_code_point, match.group(1).replace("''", "'"))
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return None


def _code_point(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    number = int(digits, 16) if digits else ord("\\")
    return chr(number) if number <= sys.maxunicode else match.group()


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match.group(1), match.group(1))


def _typed_string(text: str, type_: ColumnType, quote: str) -> Default:
    """The value of a text in a column of that type; `quote` is the SQL."""
    name = type_.name
    if name in _BYTES_TYPES and text.lower().startswith("\\x"):
        return string(text[2:].lower())
    if name in _TIMES and text.lower() in _CURRENT_TIMES:
        return expression(quote)
    if name in _TIME_TYPES and re.match(r"\d{4}-\d\d-\d\d", text):
        return moment(text.replace(" +", "+").replace(" ", "T", 1))
    if name in _NUMBER_TYPES and _NUMBER.match(text):
        return number(text)
    if name in ("BOOLEAN", "BOOL") and text.lower() in _TRUE | _FALSE:
        return boolean(text.lower() in _TRUE)
    return string(text)


def _typed_number(text: str, type_: ColumnType) -> Default:
    if type_.name in ("BOOLEAN", "BOOL") or (type_.name == "BIT" and not type_.args):
        return boolean(_decimal(text) != 0)
    return number(text)


def _parse_list(text: str, type_: ColumnType) -> Default:
    element = ColumnType(type_.name, type_.args, enum=type_.enum)
    array = _ARRAY.match(text)
    if array:
        return _list(_split(array.group(1)), element)
    literal = _string_literal(text)
    if literal is not None and literal.startswith("{") and literal.endswith("}"):
        items = [f"'{i}'" if not i.startswith('"') else i for i in _split(literal[1:-1])]
        return _list(items, element)
    return expression(text)


def _list(items: list[str], element: ColumnType) -> Default:
    parsed = (parse_sql_default(item, element) for item in items)
    return Default(DefaultKind.LIST, items=tuple(p for p in parsed if p is not None))


def _split(text: str) -> list[str]:
    """The parts of `text`, split at the commas outside quotes and parentheses."""
    parts, depth, quote, start = [], 0, "", 0
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    parts.append(text[start:].strip())
    return [p for p in parts if p]
