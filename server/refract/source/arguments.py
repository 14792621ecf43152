"""Reads the objects that code hands to Prisma Client, by the schema: which fields they name, and of which models.

Each object is read in a `Mode`: what its keys mean. Relations lead to objects of other models.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.source.client import ClientModel, Target
from refract.source.extents import after
from refract.source.modes import OF_ARGUMENT, OF_CONDITION, OF_NESTED, OF_RELATED, Mode
from refract.source.objects import Entry, entries, object_named, returned_objects
from refract.source.reading import Reading
from refract.typescript import Tokens

_HANDED_ON = frozenset({"map", "flatMap", "assign", "validator", "merge", "fromEntries"})
_NOT_ALONE = frozenset({".", "?.", "(", "[", ":", "=>", "===", "!==", "==", "!="})
_DEEPEST = 40
_MOST_STEPS = 20  # for each token of a file; code written by hand takes less than one
_MOST_NAMES = 200  # tokens of a list of fields
_MOST_VALUES = 400  # tokens in which values of an enum are looked for


def read_value(reading: Reading, start: int, end: int, model: ClientModel, mode: Mode, depth: int = 0) -> None:
    """Reads the objects in the tokens from `start` to `end`, an expression."""
    if depth > _DEEPEST:
        return
    if mode is Mode.FIELDS:
        _read_names(reading, start, end, model)
    for at in _objects_in(reading, start, end):
        read_object(reading, at, model, mode, depth + 1)


def read_object(reading: Reading, at: int, model: ClientModel, mode: Mode, depth: int = 0) -> None:
    """Reads the object that the brace at a token opens."""
    key = (at, model.name, mode)
    if key in reading.objects_read or depth > _DEEPEST:
        return
    reading.objects_read.add(key)
    for entry in entries(reading.tokens, at):
        if entry.name == "...":
            read_value(reading, entry.start, entry.end, model, mode, depth)
        elif mode is Mode.ARGUMENTS:
            _read_argument(reading, entry, model, depth)
        elif mode is Mode.NESTED:
            _read_nested(reading, entry, model, depth)
        else:
            read_entry(reading, entry, model, mode, depth)


def read_entry(reading: Reading, entry: Entry, model: ClientModel, mode: Mode, depth: int = 0) -> None:
    """Reads one entry of an object of fields."""
    field = model.fields.get(entry.name)
    if field is None:
        _read_other(reading, entry, model, mode, depth)
        return
    reading.use(Target(model.name, entry.name), entry.key)
    if field.type in reading.client.enums:
        _read_enum_values(reading, field.type, entry)
    related = reading.client.related(model, entry.name)
    if related is not None:
        reading.use_model(related, entry.key)
        read_value(reading, entry.start, entry.end, related, OF_RELATED.get(mode, Mode.CONDITION), depth)


def _read_argument(reading: Reading, entry: Entry, model: ClientModel, depth: int) -> None:
    if entry.name == "_count":  # `{ select: { posts: true } }`, or the fields themselves
        read_value(reading, entry.start, entry.end, model, Mode.ARGUMENTS, depth)
    if entry.name in OF_ARGUMENT:
        read_value(reading, entry.start, entry.end, model, OF_ARGUMENT[entry.name], depth)


def _read_nested(reading: Reading, entry: Entry, model: ClientModel, depth: int) -> None:
    """What is done with related rows. `update` takes the data alone, or with a condition."""
    mode = OF_NESTED.get(entry.name)
    if mode is None:
        return
    read_value(reading, entry.start, entry.end, model, mode, depth)
    if entry.name == "update":
        read_value(reading, entry.start, entry.end, model, Mode.DATA, depth)
    elif entry.name in ("updateMany", "upsert"):
        read_value(reading, entry.start, entry.end, model, Mode.ARGUMENTS, depth)


def _read_other(reading: Reading, entry: Entry, model: ClientModel, mode: Mode, depth: int) -> None:
    """A key that is not a field: how conditions are joined, totals, the name of a key of several fields."""
    name, start, end = entry.name, entry.start, entry.end
    if name == "_count" and mode is Mode.SELECTION:
        read_value(reading, start, end, model, Mode.ARGUMENTS, depth)
    elif mode is not Mode.CONDITION:
        return
    elif name == "_relevance":
        _read_relevance(reading, start, end, model)
    elif name in OF_CONDITION or _is_key(name, model):
        read_value(reading, start, end, model, Mode.CONDITION, depth)


def _read_relevance(reading: Reading, start: int, end: int, model: ClientModel) -> None:
    for at in _objects_in(reading, start, end):
        for entry in entries(reading.tokens, at):
            if entry.name == "fields":
                _read_names(reading, entry.start, entry.end, model)


def _read_names(reading: Reading, start: int, end: int, model: ClientModel) -> None:
    """Fields as strings."""
    for at in range(start, min(end, start + _MOST_NAMES)):
        name = reading.tokens.string(at)
        if name is not None and name in model.fields:
            reading.use(Target(model.name, name), at)


def _read_enum_values(reading: Reading, enum: str, entry: Entry) -> None:
    """Values of an enum as strings, where such a value is expected."""
    for at in range(entry.start, min(entry.end, entry.start + _MOST_VALUES)):
        value = reading.tokens.string(at)
        if value is not None:
            reading.use_enum(enum, value, at)


def _is_key(name: str, model: ClientModel) -> bool:
    """Whether a name is made of fields, as that of a unique key is."""
    return "_" in name and any(name.startswith(f"{field}_") for field in model.fields)


def _objects_in(reading: Reading, start: int, end: int, depth: int = 0) -> Iterator[int]:
    """The objects that an expression may be: literals, also in lists, choices and calls that hand them on."""
    tokens, at = reading.tokens, start
    while at < end and depth <= _DEEPEST and reading.steps < _MOST_STEPS * len(tokens.all):
        reading.steps += 1
        sign = tokens.sign(at)
        if sign == "{":
            yield from _object_or_returned(tokens, at)
        elif (sign == "[" and not _is_index(tokens, at)) or (sign == "(" and _hands_on(tokens, at)):
            yield from _objects_in(reading, at + 1, min(tokens.pair[at], end), depth + 1)
        elif tokens.name(at) and _stands_alone(tokens, at):
            named = object_named(reading.objects, sign, at)
            if named is not None:
                yield named
        at = after(tokens, at)


def _object_or_returned(tokens: Tokens, at: int) -> Iterator[int]:
    """The object that a brace opens; of a function's body, those that it returns."""
    if tokens.sign(at - 1) != "=>":
        yield at
    else:
        yield from returned_objects(tokens, at)


def _is_index(tokens: Tokens, at: int) -> bool:
    return tokens.sign(at - 1) in (")", "]", "?.") or (tokens.name(at - 1) not in ("", "return", "typeof"))


def _hands_on(tokens: Tokens, at: int) -> bool:
    """Whether the code in parentheses is the value, or what it is made of."""
    before = at - 1
    if tokens.sign(before) == ">":  # generic: Prisma.validator<...>()
        return True
    if tokens.sign(before) == ")":
        return tokens.sign(tokens.pair[before] - 1) == ">"
    return tokens.name(before) in ("", "await", "return") or tokens.name(before) in _HANDED_ON


def _stands_alone(tokens: Tokens, at: int) -> bool:
    return tokens.sign(at + 1) not in _NOT_ALONE and tokens.sign(at - 1) not in (".", "?.")
