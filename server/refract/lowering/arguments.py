"""Reads the arguments of attributes: names, lists of fields with their options, settings of the datasource."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from refract.providers.base import quote_string
from refract.schema.model import Sort
from refract.syntax.tree import (
    Argument,
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    Expression,
    Field,
    NumberLiteral,
    Object,
    StringLiteral,
)

EMPTY_DEFAULTS = {
    "String": '""',
    "Int": "0",
    "BigInt": "0",
    "Float": "0",
    "Decimal": "0",
    "Boolean": "false",
    "DateTime": "now()",
    "Json": '"{}"',
}
"""The obvious value of each type, as written in `@default`."""


class FieldReference(NamedTuple):
    """A field named in `@@index([..])` and the like, with the options of the reference."""

    field: str
    sort: Sort = Sort.ASC
    length: int | None = None
    ops: str | None = None
    sort_written: bool = False


def text_of(value: Expression | None) -> str | None:
    """The value of a string literal, else None."""
    return value.value if isinstance(value, StringLiteral) else None


def word_of(value: Expression | None) -> str | None:
    """The text of a bare word, else None."""
    return value.text if isinstance(value, Constant) else None


def mapped_name(attribute: Attribute | None) -> str | None:
    """The name in `@map("..")`, `@@map("..")` or `@@schema("..")`."""
    return text_of(attribute.argument("name", 0)) if attribute else None


def database_name(block: Block) -> str:
    """The table's (or enum type's) name."""
    return mapped_name(block.attribute("map")) or block.name.text


def column_name(field: Field) -> str:
    """The database's name for a field."""
    return mapped_name(field.attribute("map")) or field.name.text


def field_references(value: Expression | None) -> tuple[FieldReference, ...]:
    """The fields in `[a, b(sort: Desc, length: 10)]`."""
    return tuple(_references(value))


def _references(value: Expression | None) -> Iterator[FieldReference]:
    items = value.items if isinstance(value, Array) else (value,) if value is not None else ()
    for item in items:
        if isinstance(item, Constant):
            yield FieldReference(item.text)
        elif isinstance(item, Call):
            yield reference_options(item.name.text, item.arguments)


def reference_options(field: str, arguments: tuple[Argument, ...]) -> FieldReference:
    """The options of one indexed field, as written in `field(..)` or in `@id(..)` and `@unique(..)`."""
    named = {a.name.text: a.value for a in arguments if a.name is not None}
    length = named.get("length")
    return FieldReference(
        field,
        Sort.DESC if word_of(named.get("sort")) == "Desc" else Sort.ASC,
        int(length.text) if isinstance(length, NumberLiteral) and length.text.isdigit() else None,
        _operator_class(named.get("ops")),
        "sort" in named,
    )


def _operator_class(value: Expression | None) -> str | None:
    """`raw("text_pattern_ops")` unchanged; `JsonbPathOps` in the database's spelling."""
    if isinstance(value, Call) and value.arguments:
        return text_of(value.arguments[0].value)
    word = word_of(value)
    if word is None:
        return None
    for compound in ("MinMax", "TimestampTz", "TimeTz", "VarBit"):
        word = word.replace(compound, compound.capitalize())
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


def truth_of(value: Expression | None) -> bool | None:
    """The value of `true` or `false`; None for anything else."""
    word = word_of(value)
    return None if word not in ("true", "false") else word == "true"


def predicate(value: Expression | None, column: Callable[[str], str]) -> str | None:
    """The condition of a partial index: `raw("..")` unchanged, `{ field: value }` as the SQL that Prisma writes.
    `column` gives a field's column, quoted.
    """
    if isinstance(value, Call) and value.name.text == "raw" and value.arguments:
        return text_of(value.arguments[0].value)
    if isinstance(value, Object) and value.entries:
        return " AND ".join(_comparison(column(e.name.text if e.name else ""), e.value) for e in value.entries)
    return None


def _comparison(column: str, value: Expression) -> str:
    negated = isinstance(value, Object) and len(value.entries) == 1
    compared = value.entries[0].value if isinstance(value, Object) and value.entries else value
    if word_of(compared) == "null":
        return f"{column} IS {'NOT ' if negated else ''}NULL"
    return f"{column} {'!=' if negated else '='} {_literal(compared)}"


def _literal(value: Expression) -> str:
    text = text_of(value)
    if text is not None:
        return quote_string(text)
    return value.text if isinstance(value, NumberLiteral) else word_of(value) or ""


def setting_texts(value: Expression | None) -> tuple[str, ...]:
    """The strings in `["a", "b"]`."""
    items = value.items if isinstance(value, Array) else ()
    return tuple(text for text in map(text_of, items) if text is not None)
