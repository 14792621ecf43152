"""Gives the names in a pattern their shapes: `user`, `{ name, posts }`, `[first, second]`."""

from __future__ import annotations

from refract.source.extents import after, parts
from refract.source.generated import use_field
from refract.source.objects import Entry, entries
from refract.source.reading import Reading
from refract.source.shapes import Delegate, Members, Rows, Shape, item_of
from refract.source.types import shape_of_type
from refract.typescript import Tokens

_CLIENTS = ("prisma", "db", "tx")


def bind(reading: Reading, pattern: int, shape: Shape | None, until: int) -> None:
    """The names in a pattern have parts of the shape, up to the token `until`."""
    tokens = reading.tokens
    if tokens.sign(pattern) == "{":
        _bind_properties(reading, pattern, shape, until)
    elif tokens.sign(pattern) == "[":
        for part in parts(tokens, pattern):
            bind(reading, part, item_of(shape), until)
    elif tokens.name(pattern):
        reading.names.declare(tokens.name(pattern), shape, until)


def _bind_properties(reading: Reading, pattern: int, shape: Shape | None, until: int) -> None:
    tokens = reading.tokens
    for entry in entries(tokens, pattern):
        part = shape if entry.name == "..." else _part_of(reading, shape, entry, pattern)
        if shape is None and part is None and entry.name != "...":
            reading.unknown.append((entry.name, entry.key))
        if tokens.sign(entry.start) not in ("{", "["):
            reading.names.declare(tokens.name(entry.start) or entry.name, part, until)
        elif entry.key > pattern:  # a pattern within the pattern
            bind(reading, entry.start, part, until)


def _part_of(reading: Reading, shape: Shape | None, entry: Entry, pattern: int) -> Shape | None:
    """What the property is that an entry of a pattern takes out of a shape."""
    match shape:
        case Rows(many=False):
            return use_field(reading, shape, entry.name, entry.key)
        case Members(opening):
            return member_of(reading, opening, entry.name)
        case None if _is_client(reading.tokens, pattern) and entry.name in reading.client.accessors:
            return Delegate(reading.client.accessors[entry.name])
        case _:
            return None


def member_of(reading: Reading, opening: int, name: str) -> Shape | None:
    """The shape of a property of an object whose properties have separate types."""
    member = next((entry for entry in entries(reading.tokens, opening) if entry.name == name), None)
    return shape_of_type(reading.types, member.start, member.end, 1) if member else None


def _is_client(tokens: Tokens, pattern: int) -> bool:
    equals = after(tokens, pattern)
    return tokens.sign(equals) == "=" and tokens.name(equals + 1) in _CLIENTS
