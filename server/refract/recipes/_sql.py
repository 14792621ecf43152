"""Small pieces of SQL that recipes put together."""

from __future__ import annotations

from refract.providers.base import quote_string
from refract.recipes.base import Situation
from refract.recipes.dialects import dialect
from refract.schema.model import Column, DefaultKind

NUMBERS = {"SMALLINT": 16, "INTEGER": 32, "INT": 32, "BIGINT": 64}
"""Bits of the whole-number types."""


def row(situation: Situation, column: str) -> str:
    """A column of the row that an expression is about."""
    return "{row}." + situation.provider.quote(column)


def differs(situation: Situation, one: str, other: str) -> str:
    """Whether two values are not the same, NULLs being equal."""
    return dialect(situation.provider.name).differs(one, other)


def values_differ(situation: Situation, column: Column | None, one: str, other: str) -> str:
    """The same, for values of a column: texts that compare as equal may differ."""
    sql = dialect(situation.provider.name)
    return sql.texts_differ(one, other) if column and sql.folds(column.type) else sql.differs(one, other)


def type_text(situation: Situation, column: Column) -> str:
    """A column's type, as CAST takes it."""
    if column.type.enum is not None:
        return f"{situation.provider.quote_name(column.type.enum)}{'[]' if column.type.is_list else ''}"
    return situation.provider.render_type(column.type)


def cast(situation: Situation, value: str, type_: str) -> str:
    """A value as another type."""
    return dialect(situation.provider.name).cast(value, type_)


def silent_default(situation: Situation, column: Column) -> str | None:
    """The default of a column as a value of its type, if it is the same for every row of a statement."""
    default = column.default
    if default is None or column.auto_increment or default.kind in (DefaultKind.EXPRESSION, DefaultKind.LIST):
        return None
    text = situation.provider.render_default(column) or ""
    return dialect(situation.provider.name).constant(text, type_text(situation, column))


def string(text: str) -> str:
    """A text as an SQL literal."""
    return quote_string(text)
