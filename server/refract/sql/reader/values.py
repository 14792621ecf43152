"""Values that a condition in a migration compares, with one for what no migration shows."""

from __future__ import annotations

import re
from enum import Enum as Choice
from typing import Final

from attrs import frozen

from refract.schema.model import QualifiedName


class Undecided(Choice):
    """What the statements of a history do not tell: a version, a count of rows, a setting of the server."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Undecided.UNKNOWN


@frozen
class ObjectId:
    """What PostgreSQL keeps as a number: the relation, type or namespace of that name."""

    kind: str
    name: QualifiedName


@frozen
class Ordered:
    """Elements of an array."""

    items: tuple[Value, ...]


Value = str | int | bool | ObjectId | Ordered | Undecided | None
"""None is NULL."""


def equal(one: Value, other: Value) -> Value:
    """`one = other`"""
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    if one is None or other is None:
        return None
    if isinstance(one, str) and isinstance(other, ObjectId):
        one, other = other, one
    if isinstance(one, ObjectId) and isinstance(other, str):
        return UNKNOWN if one.kind == "server" else one.name.name == other
    if type(one) is not type(other):
        return str(one) == str(other)
    return one == other


def negated(value: Value) -> Value:
    """`NOT value`"""
    return (not value) if isinstance(value, bool) else None if value is None else UNKNOWN


def both(values: list[Value]) -> Value:
    """All of them: AND."""
    if any(value is False for value in values):
        return False
    return _least(values, True)


def either(values: list[Value]) -> Value:
    """Any of them: OR."""
    if any(value is True for value in values):
        return True
    return _least(values, False)


def _least(values: list[Value], otherwise: bool) -> Value:
    if any(value is UNKNOWN or not (isinstance(value, bool) or value is None) for value in values):
        return UNKNOWN
    return None if any(value is None for value in values) else otherwise


def is_value(value: Value, wanted: Value) -> Value:
    """Whether it is NULL, TRUE or FALSE: IS."""
    return UNKNOWN if value is UNKNOWN else value is wanted


def among(value: Value, choices: list[Value]) -> Value:
    """`value IN (choices)`"""
    return either([equal(value, choice) for choice in choices]) if choices else False


def ordered(one: Value, other: Value, sign: str) -> Value:
    """`one < other` and its like."""
    if not (isinstance(one, int) and isinstance(other, int)):
        return None if one is None or other is None else UNKNOWN
    return {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[sign]


def like(value: Value, pattern: Value, ignores_case: bool) -> Value:
    """LIKE and ILIKE."""
    if value is None or pattern is None:
        return None
    if isinstance(value, ObjectId):
        value = value.name.name
    if not (isinstance(value, str) and isinstance(pattern, str)):
        return UNKNOWN
    expression = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern.replace("\\_", "\0"))
    flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    return re.fullmatch(expression.replace("\0", "_"), value, flags) is not None


def flip(value: Value, negative: bool) -> Value:
    """`NOT value`, if negative."""
    return negated(value) if negative else value


def text_of(value: Value) -> str:
    """The value as a text."""
    return value.name.name if isinstance(value, ObjectId) else str(value)
