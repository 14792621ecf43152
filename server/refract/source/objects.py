"""Objects in code: their entries, which names refer to them, which of them a function returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from refract.source.extents import end_of_part
from refract.typescript import TokenKind, Tokens

_LONGEST_BODY = 2_000  # tokens of a function in which an object that it returns is looked for
_LONGEST_TYPE = 60  # tokens between a name and its value
_LONGEST_CALL = 20  # tokens between `Prisma` and the object that `Prisma.validator` is called with


class Entry(NamedTuple):
    """An entry of an object: its name, the name's place, and the beginning and end of its value. `...` is a name, too."""

    name: str
    key: int
    start: int
    end: int


def entries(tokens: Tokens, opening: int) -> Iterator[Entry]:
    """The entries of the object that a brace opens."""
    end, at = tokens.pair[opening], opening + 1
    while at < end:
        stop = end_of_part(tokens, at, end)
        entry = Entry("...", at, at + 1, stop) if tokens.sign(at) == "..." else _entry(tokens, at, stop)
        if entry is not None:
            yield entry
        at = stop + 1


def named_objects(tokens: Tokens) -> Mapping[str, Sequence[int]]:
    """Names that refer to objects, in the order of the text: `const select = { ... }`, also with a type or in
    `Prisma.validator`.
    """
    objects: dict[str, list[int]] = {}
    for at, token in enumerate(tokens.all):
        if token.kind is TokenKind.NAME and token.text in ("const", "let", "var") and tokens.name(at + 1):
            opening = _declared_object(tokens, at)
            if opening is not None:
                objects.setdefault(tokens.name(at + 1), []).append(opening)
    return objects


def object_named(objects: Mapping[str, Sequence[int]], name: str, before: int) -> int | None:
    """The object that a name refers to: the last before a place, else the first after it."""
    places = objects.get(name, ())
    return next((at for at in reversed(places) if at < before), places[0] if places else None)


def returned_objects(tokens: Tokens, body: int) -> Iterator[int]:
    """The objects that a function returns, by the brace that opens its body."""
    for at in range(body, min(tokens.pair[body], body + _LONGEST_BODY)):
        if tokens.sign(at) == "return" and tokens.sign(at + 1) == "{":
            yield at + 1


def _entry(tokens: Tokens, at: int, stop: int) -> Entry | None:
    key = at + 1 if tokens.name(at) in ("readonly", "async", "get") and tokens.name(at + 1) else at
    text = tokens.string(key)
    name = text if text is not None else tokens.name(key)
    colon = key + 2 if tokens.sign(key + 1) == "?" else key + 1
    if name and tokens.sign(colon) == ":":
        return Entry(name, key, colon + 1, stop)
    if name and (colon == stop or tokens.sign(colon) == "="):
        return Entry(name, key, key, stop)
    return None


def _declared_object(tokens: Tokens, at: int) -> int | None:
    equals = at + 2
    if tokens.sign(equals) == ":":
        while equals < at + _LONGEST_TYPE and tokens.sign(equals) not in ("=", ";", ""):
            equals = max(tokens.pair[equals], equals) + 1
    if tokens.sign(equals) != "=":
        return None
    opening = equals + 1
    if tokens.sign(opening) == "{":
        return opening
    return _validated_object(tokens, opening) if tokens.name(opening) == "Prisma" else None


def _validated_object(tokens: Tokens, at: int) -> int | None:
    """The object in `Prisma.validator<...>()({ ... })`."""
    places = range(at, min(at + _LONGEST_CALL, len(tokens.all)))
    opening = next((place for place in places if tokens.sign(place) == "{"), None)
    return opening if opening is not None and tokens.sign(opening - 1) == "(" else None
