"""Calls of Prisma Client: which they are, what they are given, and what they return."""

from __future__ import annotations

from refract.source.arguments import read_value
from refract.source.client import ClientModel
from refract.source.extents import end_of_expression, end_of_generic
from refract.source.modes import OF_ARGUMENT, OTHER_ARGUMENTS, Mode
from refract.source.objects import entries
from refract.source.reading import Reading
from refract.source.shapes import Rows
from refract.typescript import Tokens

_MANY = frozenset({"findMany", "createManyAndReturn", "updateManyAndReturn", "groupBy"})
_ONE = frozenset(
    {"findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "create", "update", "upsert", "delete"}
)
_NO_ROWS = frozenset({"createMany", "updateMany", "deleteMany", "count", "aggregate", "findRaw", "aggregateRaw"})
METHODS = _MANY | _ONE | _NO_ROWS
_COMMON = frozenset({"create", "update", "delete", "count"})
"""Methods that many other objects have as well: these calls must also look like Prisma's inside."""

_EXTENDED = frozenset({"result", "query", "model"})
_LONGEST_EXTENSION = 2_000  # tokens of an extension of the client


def opening_of_call(tokens: Tokens, at: int) -> int:
    """The token at which the parentheses of a call open, after a generic if there is one; 0 if it is not a call."""
    if tokens.sign(at) == "<":
        at = end_of_generic(tokens, at) + 1
    elif tokens.sign(at) == "?.":
        at += 1
    return at if tokens.sign(at) == "(" else 0


def is_client_call(tokens: Tokens, at: int) -> bool:
    """Whether a name, such as `user`, is followed by a call of a method of Prisma Client."""
    method = at + 2 if tokens.sign(at + 1) in (".", "?.") else at + 3
    name = tokens.name(method)
    if name not in METHODS or tokens.sign(method - 1) not in (".", "?."):
        return False
    opening = opening_of_call(tokens, method + 1)
    return bool(opening) and (name not in _COMMON or _has_arguments_of_client(tokens, opening))


def read_client_call(reading: Reading, model: ClientModel, method: str, opening: int) -> Rows | None:
    """Reads the arguments of a call; the rows that it returns."""
    read_value(reading, opening + 1, reading.tokens.pair[opening], model, Mode.ARGUMENTS)
    return None if method in _NO_ROWS else Rows(model, method in _MANY)


def read_extension(reading: Reading, opening: int) -> None:
    """`$extends({ result: { user: { fullName: { needs: { name: true } } } } })`."""
    tokens = reading.tokens
    if tokens.sign(opening + 1) != "{":
        return
    for part in entries(tokens, opening + 1):
        if part.name in _EXTENDED and tokens.sign(part.start) == "{":
            _read_extended_models(reading, part.start)


def _has_arguments_of_client(tokens: Tokens, opening: int) -> bool:
    if tokens.sign(opening + 1) == "{":
        keys = [entry.name for entry in entries(tokens, opening + 1)]
        return bool(keys) and all(key in OF_ARGUMENT or key in OTHER_ARGUMENTS or key == "..." for key in keys)
    return tokens.sign(opening + 1) == ")" and tokens.name(opening - 1) == "count"


def _read_extended_models(reading: Reading, opening: int) -> None:
    for entry in entries(reading.tokens, opening):
        model = reading.client.accessors.get(entry.name)
        if model is not None:
            reading.use_model(model, entry.key)
            _read_needs(reading, model, entry.start)


def _read_needs(reading: Reading, model: ClientModel, opening: int) -> None:
    tokens = reading.tokens
    for at in range(opening, min(tokens.pair[opening], opening + _LONGEST_EXTENSION)):
        if tokens.name(at) == "needs" and tokens.sign(at + 1) == ":":
            read_value(reading, at + 2, end_of_expression(tokens, at + 2), model, Mode.SELECTION)
