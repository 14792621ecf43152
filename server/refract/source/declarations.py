"""Reads what code declares: `const user = …`, `for (const user of …)`, the parameters of a function."""

from __future__ import annotations

from refract.source.arguments import read_object, read_value
from refract.source.bindings import bind
from refract.source.extents import after, body_of, end_of_body, end_of_expression, end_of_type, parts
from refract.source.objects import returned_objects
from refract.source.reading import Awaited, Reading
from refract.source.shapes import Input
from refract.source.types import shape_of_type
from refract.typescript import Tokens

_MODIFIERS = frozenset({"public", "private", "protected", "readonly", "override", "..."})
_BEFORE_VALUE = frozenset({"await", "("})
_TOGETHER = frozenset({"all", "$transaction", "allSettled"})
_LONGEST_LEAD = 8  # tokens between `=` and the list of `Promise.all([`


def read_declaration(reading: Reading, at: int) -> None:
    """`const user = ...`: until its value is read, nothing is known of the name."""
    tokens, pattern = reading.tokens, at + 1
    equals = after(tokens, pattern)
    if tokens.sign(equals) == "!":
        equals += 1
    shape = None
    if tokens.sign(equals) == ":":
        first, equals = equals + 1, end_of_type(tokens, equals + 1)
        shape = shape_of_type(reading.types, first, equals)
    bind(reading, pattern, shape, reading.end_of_scope())
    if tokens.sign(equals) not in ("=", "of"):
        return
    value = equals + 1
    if isinstance(shape, Input):
        read_value(reading, value, end_of_expression(tokens, value), shape.model, shape.mode)
    elif shape is None:
        _await(reading, value, Awaited(pattern, tokens.sign(equals) == "of"))


def read_parameters(reading: Reading, at: int) -> None:
    """The parameters of the function whose list opens at a token, if it is one, and the objects that it returns."""
    tokens = reading.tokens
    function = body_of(tokens, at)
    if function is None:
        return
    body, first, last = function
    returned = shape_of_type(reading.types, first, last)
    end = end_of_body(tokens, body)
    for parameter in parts(tokens, at):
        _bind_parameter(reading, parameter, end)
    if isinstance(returned, Input):
        _read_returned(reading, returned, body, end)


def _bind_parameter(reading: Reading, parameter: int, until: int) -> None:
    tokens, pattern = reading.tokens, parameter
    while tokens.sign(pattern) in _MODIFIERS:
        pattern += 1
    colon = after(tokens, pattern)
    if tokens.sign(colon) == "?":
        colon += 1
    shape = reading.expected.get(parameter)
    if tokens.sign(colon) == ":":
        shape = shape_of_type(reading.types, colon + 1, end_of_type(tokens, colon + 1))
    bind(reading, pattern, shape, until)


def _read_returned(reading: Reading, shape: Input, body: int, end: int) -> None:
    if reading.tokens.sign(body) == "{":
        for opening in returned_objects(reading.tokens, body):
            read_object(reading, opening, shape.model, shape.mode)
    else:
        read_value(reading, body, end, shape.model, shape.mode)


def _await(reading: Reading, value: int, awaited: Awaited) -> None:
    """The pattern gets the value of the chain at `value`, or the values in a list of things done together."""
    tokens = reading.tokens
    while tokens.sign(value) in _BEFORE_VALUE:
        value += 1
    opening = _opening_of_list(tokens, value) if tokens.sign(awaited.pattern) == "[" else 0
    if not opening:
        reading.awaited[value] = awaited
        return
    for pattern, item in zip(parts(tokens, awaited.pattern), parts(tokens, opening), strict=False):
        _await(reading, item, Awaited(pattern, False))


def _opening_of_list(tokens: Tokens, value: int) -> int:
    """Where the list in `Promise.all([...])` or `prisma.$transaction([...])` opens; 0 if there is none."""
    for at in range(value, min(value + _LONGEST_LEAD, len(tokens.all))):
        if tokens.name(at) in _TOGETHER and tokens.sign(at + 1) == "(" and tokens.sign(at + 2) == "[":
            return at + 2
    return 0
