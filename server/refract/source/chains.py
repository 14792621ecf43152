"""Follows a name and what it leads to: `prisma.user.findMany(…)`, `user.posts[0].title`, `where.name = …`."""

from __future__ import annotations

from attrs import evolve

from refract.source.arguments import read_entry, read_value
from refract.source.bindings import bind, member_of
from refract.source.calls import METHODS, is_client_call, opening_of_call, read_client_call, read_extension
from refract.source.extents import after, end_of_expression
from refract.source.generated import read_enum, use_field
from refract.source.modes import OF_ARGUMENT, Mode
from refract.source.objects import Entry
from refract.source.reading import Reading
from refract.source.shapes import Delegate, Input, Members, Rows, Shape, item_of
from refract.typescript import Tokens

CONTINUES = frozenset({".", "?.", "[", "(", "!", ")"})
"""Signs that may follow the first name of a chain."""

_AFTER_MARK = frozenset({".", "?.", "[", "(", ")", ";", ","})
_SAME_ROWS = frozenset({"filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat"})
_ONE_OF_ROWS = frozenset({"find", "findLast", "at", "pop", "shift"})
_WITH_ROWS = _SAME_ROWS | frozenset({"find", "findLast", "map", "flatMap", "forEach", "some", "every", "findIndex"})

Link = tuple[Shape | None, int]
"""The value of a chain so far, and the token after that."""


def read_chain(reading: Reading, first: int) -> None:
    """Reads the chain that begins with the name at a token. A pattern that awaits its value gets it."""
    tokens = reading.tokens
    awaited = reading.awaited.pop(first, None)
    shape, at = _follow(reading, (reading.names.at(tokens.name(first), first), first + 1), first)
    depth = _before_await(tokens, first)
    while _closes_awaited(tokens, at, depth):  # (await prisma.user.findFirst()).name
        shape, at = _follow(reading, (shape, at + 1), first)
        depth = _before_await(tokens, depth)
    if awaited is not None and shape is not None:
        value = item_of(shape) if awaited.is_each else shape
        bind(reading, awaited.pattern, value, reading.end_of_scope())


def _before_await(tokens: Tokens, at: int) -> int:
    at -= 1
    while tokens.sign(at) == "await":
        at -= 1
    return at


def _closes_awaited(tokens: Tokens, at: int, depth: int) -> bool:
    """Whether the chain is alone in parentheses, and continues after these."""
    return tokens.sign(at) == ")" and tokens.sign(depth) == "(" and tokens.name(depth - 1) in ("", "return")


def _follow(reading: Reading, link: Link, first: int) -> Link:
    """Follows a chain to its end."""
    tokens, (shape, at) = reading.tokens, link
    while at < len(tokens.all):
        sign = tokens.sign(at)
        if sign in (".", "?.") and tokens.name(at + 1):
            shape, at = _property(reading, shape, at + 1, first)
        elif sign in ("?.", "!"):
            if tokens.sign(at + 1) not in _AFTER_MARK:
                return shape, at
            at += 1
        elif sign == "[":
            shape, at = _index(reading, shape, at), tokens.pair[at] + 1
        elif sign == "(":
            shape, at = None, tokens.pair[at] + 1
        else:
            break
    return shape, at


def _index(reading: Reading, shape: Shape | None, at: int) -> Shape | None:
    """`["name"]`, `[0]`"""
    name = reading.tokens.string(at + 1)
    if name is None:
        return item_of(shape)
    if isinstance(shape, Rows) and not shape.many:
        return use_field(reading, shape, name, at + 1)
    model = reading.client.accessors.get(name)
    return Delegate(model) if model and shape is None else None


def _property(reading: Reading, shape: Shape | None, at: int, first: int) -> Link:
    """One `.name` of a chain, with the call that follows it."""
    tokens, name = reading.tokens, reading.tokens.name(at)
    if name == "$extends" and tokens.sign(at + 1) == "(":
        read_extension(reading, at + 1)
    of_client = _property_of_client(reading, shape, at)
    if of_client is not None:
        return of_client
    match shape:
        case Rows():
            return _property_of_rows(reading, shape, at)
        case Input():
            _read_assignment(reading, shape, at)
            return None, at + 1
        case Members(opening):
            return member_of(reading, opening, name), at + 1
        case _:
            _read_unknown(reading, at, first)
            return None, at + 1


def _property_of_client(reading: Reading, shape: Shape | None, at: int) -> Link | None:
    """`.user` of the client, `.findMany(…)` of that; None for anything else."""
    tokens, name = reading.tokens, reading.tokens.name(at)
    model = reading.client.accessors.get(name)
    if isinstance(shape, Delegate):
        opening = opening_of_call(tokens, at + 1)
        if name in METHODS and opening:
            return read_client_call(reading, shape.model, name, opening), tokens.pair[opening] + 1
    elif model is None or not is_client_call(tokens, at):
        return None
    if model is None:
        return None
    reading.near.add(model.name)
    reading.use_model(model, at)
    return Delegate(model), at + 1


def _property_of_rows(reading: Reading, rows: Rows, at: int) -> Link:
    tokens, name = reading.tokens, reading.tokens.name(at)
    opening = opening_of_call(tokens, at + 1)
    end = after(tokens, opening or at)
    if opening and name in ("then", "finally"):
        _expect(reading, opening, rows)
        return None, end
    if rows.many:
        return _method_of_list(reading, rows, name, opening), end
    part = use_field(reading, rows, name, at)
    if opening and part is not None:  # prisma.user.findUnique(...).posts(...)
        read_value(reading, opening + 1, tokens.pair[opening], part.model, Mode.ARGUMENTS)
    return part, end


def _method_of_list(reading: Reading, rows: Rows, name: str, opening: int) -> Shape | None:
    if opening and name in _WITH_ROWS:
        _expect(reading, opening, evolve(rows, many=False))
    if name in _SAME_ROWS:
        return rows
    return item_of(rows) if name in _ONE_OF_ROWS else None


def _expect(reading: Reading, opening: int, shape: Shape) -> None:
    """The function that a call is given gets this as its first argument."""
    tokens, first = reading.tokens, opening + 1
    if tokens.sign(first) == "async":
        first += 1
    reading.expected[first + 1 if tokens.sign(first) == "(" else first] = shape


def _read_assignment(reading: Reading, shape: Input, at: int) -> None:
    """`where.name = ...`"""
    tokens, name, value = reading.tokens, reading.tokens.name(at), at + 2
    end = end_of_expression(tokens, value) if tokens.sign(at + 1) == "=" else value
    if shape.mode is not Mode.ARGUMENTS:
        read_entry(reading, Entry(name, at, value, end), shape.model, shape.mode)
    elif name in OF_ARGUMENT:
        read_value(reading, value, end, shape.model, OF_ARGUMENT[name])


def _read_unknown(reading: Reading, at: int, first: int) -> None:
    """A property of something unknown: an enum's value, or perhaps a field."""
    tokens, name = reading.tokens, reading.tokens.name(at)
    enum = reading.client.enums.get(name)
    if enum and tokens.sign(at + 1) == "." and tokens.name(at + 2) in enum:
        read_enum(reading, (name, tokens.name(first) == "$Enums"), at)
    if first < at - 1 and not opening_of_call(tokens, at + 1):
        reading.unknown.append((name, at))
