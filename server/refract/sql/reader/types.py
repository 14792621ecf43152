"""Types of columns, in every spelling that SQL has for them."""

from __future__ import annotations

import re

from refract.schema.model import ColumnType, QualifiedName, whole_number
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.scope import DefinitionScope
from refract.sql.reader.sqlite_grammar import more_words
from refract.sql.reader.tokens import QUOTED, STRING

_SERIALS = {"SERIAL", "SERIAL4", "BIGSERIAL", "SERIAL8", "SMALLSERIAL", "SERIAL2"}
_LONGER_TYPES = {
    "DOUBLE": ("PRECISION",),
    "CHARACTER": ("VARYING",),
    "CHAR": ("VARYING",),
    "BIT": ("VARYING",),
    "NATIONAL": ("CHARACTER", "CHAR", "VARCHAR", "VARYING"),
    "NCHAR": ("VARYING",),
    "INTERVAL": ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"),
    "LONG": ("VARCHAR", "VARBINARY"),
}


def read_type(cursor: Cursor, scope: DefinitionScope) -> tuple[ColumnType, bool]:
    """A type, and whether it is one that numbers the rows (SERIAL)."""
    quoted = cursor.key() == QUOTED
    if quoted or cursor.key(1) == ".":
        start = cursor.position
        enum = scope.enum(scope.name(cursor))
        if enum is not None:
            return ColumnType("", is_list=_is_list(cursor), enum=enum.name), False
        cursor.position = start
        name = _name_in_full(cursor.dotted(), scope)
    else:
        known = scope.enum(QualifiedName(scope.schema, cursor.text().lower())) if scope.provider.enum_types else None
        if known is not None:
            cursor.position += 1
            return ColumnType("", is_list=_is_list(cursor), enum=known.name), False
        name = _plain_type_name(cursor, scope)
    if scope.traits.changes_delimiter and (name.upper() in _SERIALS or cursor.key() == "BYTE"):
        raise UnreadableStatement("a type without a key expected")
    args = _type_arguments(cursor)
    name += _suffix(cursor)
    if scope.traits.changes_delimiter and _is_sized(name, args):
        raise UnreadableStatement("a type that does not depend on its length expected")
    is_list = _is_list(cursor)
    if name.upper() == "ENUM":
        return ColumnType("ENUM", args), False
    return scope.provider.type_from_sql(name, args, is_list), name.upper() in _SERIALS


def _is_sized(name: str, args: tuple[int | str, ...]) -> bool:
    """Whether MySQL makes another type of it, by its length: of BLOB(70000) a MEDIUMBLOB, of FLOAT(30) a DOUBLE."""
    size = args[0] if len(args) == 1 else None
    if not isinstance(size, int):
        return False
    low, high = _SIZES.get(name.upper(), (0, size + 1))
    return not low <= size < high


_SIZES = {"FLOAT": (0, 25), "BLOB": (256, 65_536), "TEXT": (64, 16_384)}
"""The lengths with which it is the type that it is written as."""


_ENDS_TYPE = frozenset({
    "NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED", "AS", "ON",
})  # fmt: skip


def _name_in_full(parts: list[str], scope: DefinitionScope) -> str:
    """The name of a type that is written with its schema or in quotes, as SQL has to write it."""
    name = parts[-1]
    if f'"{name}"' in scope.provider.spellings:  # the type that PostgreSQL calls "char", in quotes
        return f'"{name}"'
    if name.lower() in scope.provider.spellings or not scope.traits.keeps_conditions:
        return name
    kept = parts[-2:] if len(parts) > 1 and parts[-2] not in (scope.schema, "pg_catalog") else parts[-1:]
    return ".".join(part if _PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"' for part in kept)


_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def _plain_type_name(cursor: Cursor, scope: DefinitionScope) -> str:
    words = [cursor.text()]
    longer = _LONGER_TYPES.get(cursor.key(), ())
    if not words[0].isidentifier():
        raise UnreadableStatement("type expected")
    cursor.position += 1
    if scope.traits.is_sqlite:
        return " ".join((*words, *more_words(cursor)))
    while cursor.key() in longer or (words[0].upper() == "NATIONAL" and cursor.key() == "VARYING"):
        words.append(cursor.text())
        cursor.position += 1
    return " ".join(words)


def _type_arguments(cursor: Cursor) -> tuple[int | str, ...]:
    if cursor.key() != "(":
        return ()
    arguments: list[int | str] = []
    for item in cursor.group().items():
        if item.key() == STRING:
            arguments.append(item.string())
        elif item.key(1) == "" and (number := whole_number(item.text())) is not None:
            arguments.append(number)
        else:
            text = item.rest()
            arguments.append(text.upper() if text.lower() == "max" else text)
    return tuple(arguments)


def _suffix(cursor: Cursor) -> str:
    """Words after the arguments that belong to the type."""
    words = ""
    for zone in ("WITHOUT", "WITH"):
        if cursor.accept(zone, "TIME", "ZONE"):
            words = f" {zone.lower()} time zone"
    while (word := cursor.one_of("UNSIGNED", "SIGNED", "ZEROFILL")) is not None:
        words = "" if word == "SIGNED" else " unsigned"
    return words


def _is_list(cursor: Cursor) -> bool:
    if cursor.accept("ARRAY"):
        return True
    found = False
    while cursor.key() == "[":
        while not cursor.done and not cursor.accept("]"):
            cursor.position += 1
        found = True
    return found
