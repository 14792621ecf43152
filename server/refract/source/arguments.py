"""Reads the objects that code hands to Prisma Client, by the schema: which fields they name, and of which models.

Each object is read in a `Mode`: what its keys mean. Relations lead to objects of other models.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from attrs import define, field

from refract.source.client import Client, ClientModel, Target
from refract.source.extents import after, end_of_part
from refract.source.tokens import TokenKind, Tokens
from refract.source.uses import Use
from refract.text import Span


class Mode(Enum):
    """What the keys of an object are."""

    ARGUMENTS = auto()  # of a call: `where`, `select`, `data`
    SELECTION = auto()  # fields that are wanted, or not
    CONDITION = auto()  # fields with what they must be; also how rows are sorted
    DATA = auto()  # fields with what they become
    NESTED = auto()  # what is done with related rows: `create`, `connect`
    FIELDS = auto()  # names of fields as strings


OF_ARGUMENT = {
    "select": Mode.SELECTION,
    "include": Mode.SELECTION,
    "omit": Mode.SELECTION,
    "where": Mode.CONDITION,
    "cursor": Mode.CONDITION,
    "having": Mode.CONDITION,
    "orderBy": Mode.CONDITION,
    "data": Mode.DATA,
    "create": Mode.DATA,
    "update": Mode.DATA,
    "by": Mode.FIELDS,
    "distinct": Mode.FIELDS,
    "_count": Mode.SELECTION,
    "_sum": Mode.SELECTION,
    "_avg": Mode.SELECTION,
    "_min": Mode.SELECTION,
    "_max": Mode.SELECTION,
}
OTHER_ARGUMENTS = frozenset({"take", "skip", "skipDuplicates", "relationLoadStrategy", "limit"})
_OF_NESTED = {
    "create": Mode.DATA,
    "connect": Mode.CONDITION,
    "disconnect": Mode.CONDITION,
    "set": Mode.CONDITION,
    "delete": Mode.CONDITION,
    "deleteMany": Mode.CONDITION,
    "update": Mode.ARGUMENTS,
    "upsert": Mode.ARGUMENTS,
    "connectOrCreate": Mode.ARGUMENTS,
    "updateMany": Mode.ARGUMENTS,
    "createMany": Mode.ARGUMENTS,
}
_OF_RELATION = frozenset({"some", "every", "none", "is", "isNot"})
_COMBINED = frozenset({"AND", "OR", "NOT"})
_TOTALS = frozenset({"_count", "_sum", "_avg", "_min", "_max"})
_HANDED_ON = frozenset({"map", "flatMap", "assign", "validator", "merge", "fromEntries"})
_DEEPEST = 40
_MOST_STEPS = 20  # for each token of a file; code written by people takes less than one
_BODY = 2_000  # tokens of a function in which an object that it returns is looked for


@define(eq=False)
class Arguments:
    """The objects of one file. `objects` are those that are values of names, by name, in the order of the text."""

    tokens: Tokens
    client: Client
    wanted: frozenset[Target]
    objects: dict[str, list[int]]
    found: list[Use]
    _read: set[tuple[int, str, Mode]] = field(factory=set, init=False)
    _steps: int = field(default=0, init=False)

    def read_value(self, start: int, end: int, model: ClientModel, mode: Mode, depth: int = 0) -> None:
        """Reads the objects in the tokens from `start` to `end`, an expression."""
        if depth > _DEEPEST:
            return
        if mode is Mode.FIELDS:
            self._names(start, end, model)
        for at in self._objects_in(start, end):
            self.read_object(at, model, mode, depth + 1)

    def use(self, target: Target, at: int, *, sure: bool = True) -> None:
        """Notes a use at a token, where that is looked for."""
        if target in self.wanted:
            token = self.tokens.all[at]
            quoted = int(token.kind is TokenKind.STRING)
            self.found.append(Use(target, Span(token.start + quoted, token.end - quoted), sure))

    def use_model(self, model: ClientModel, at: int, *, sure: bool = True) -> None:
        """Notes a use of a whole model."""
        self.use(Target(model.name), at, sure=sure)

    def use_enum(self, enum: str, value: str, at: int, *, sure: bool = True) -> None:
        """Notes a use of an enum's value, if it is one."""
        if value in self.client.enums.get(enum, ()):
            self.use(Target(enum, value), at, sure=sure)

    def entries(self, opening: int) -> Iterator[tuple[str, int, int, int]]:
        """The entries of an object: name, where that is, and from where to where its value goes. `...` is a name, too."""
        tokens, end = self.tokens, self.tokens.pair[opening]
        at = opening + 1
        while at < end:
            stop = end_of_part(tokens, at, end)
            if tokens.sign(at) == "...":
                yield "...", at, at + 1, stop
            else:
                key = at + 1 if tokens.name(at) in ("readonly", "async", "get") and tokens.name(at + 1) else at
                name = tokens.string(key) if tokens.string(key) is not None else tokens.name(key)
                colon = key + 2 if tokens.sign(key + 1) == "?" else key + 1
                if name and tokens.sign(colon) == ":":
                    yield name, key, colon + 1, stop
                elif name and (colon == stop or tokens.sign(colon) == "="):
                    yield name, key, key, stop
            at = stop + 1

    def object_named(self, name: str, before: int) -> int | None:
        """The object that a name stands for: the last before a place, else the first after it."""
        places = self.objects.get(name, ())
        return next((at for at in reversed(places) if at < before), places[0] if places else None)

    def returned(self, body: int) -> Iterator[int]:
        """The objects that a function returns, by the brace that opens its body."""
        for inner in range(body, min(self.tokens.pair[body], body + _BODY)):
            if self.tokens.sign(inner) == "return" and self.tokens.sign(inner + 1) == "{":
                yield inner + 1

    def _objects_in(self, start: int, end: int, depth: int = 0) -> Iterator[int]:
        """The objects that an expression may be: literals, also in lists, choices and calls that hand them on."""
        if depth > _DEEPEST:
            return
        tokens, at = self.tokens, start
        while at < end and self._steps < _MOST_STEPS * len(tokens.all):
            self._steps += 1
            sign = tokens.sign(at)
            if sign == "{":
                yield from self._braces(at)
            elif (sign == "[" and not self._is_index(at)) or (sign == "(" and self._hands_on(at)):
                yield from self._objects_in(at + 1, min(tokens.pair[at], end), depth + 1)
            elif tokens.name(at) and self._stands_alone(at):
                named = self.object_named(sign, at)
                if named is not None:
                    yield named
            at = after(tokens, at)

    def _braces(self, at: int) -> Iterator[int]:
        """The object that a brace opens; of a function's body, those that it returns."""
        if self.tokens.sign(at - 1) != "=>":
            yield at
        else:
            yield from self.returned(at)

    def _is_index(self, at: int) -> bool:
        before = self.tokens
        return before.sign(at - 1) in (")", "]", "?.") or (before.name(at - 1) not in ("", "return", "typeof"))

    def _hands_on(self, at: int) -> bool:
        """Whether what stands in parentheses is the value, or what it is made of."""
        tokens, before = self.tokens, at - 1
        if tokens.sign(before) == ">":  # generic: Prisma.validator<...>()
            return True
        if tokens.sign(before) == ")":
            return tokens.sign(tokens.pair[before] - 1) == ">"
        return tokens.name(before) in ("", "await", "return") or tokens.name(before) in _HANDED_ON

    def _stands_alone(self, at: int) -> bool:
        sign = self.tokens.sign
        return sign(at + 1) not in (".", "?.", "(", "[", ":", "=>", "===", "!==", "==", "!=") and sign(at - 1) not in (
            ".",
            "?.",
        )

    def read_object(self, at: int, model: ClientModel, mode: Mode, depth: int = 0) -> None:
        """Reads the object that the brace at a token opens."""
        key = (at, model.name, mode)
        if key in self._read or depth > _DEEPEST:
            return
        self._read.add(key)
        for name, place, start, end in self.entries(at):
            if name == "...":
                self.read_value(start, end, model, mode, depth)
            elif mode is Mode.ARGUMENTS:
                self._argument(name, start, end, model, depth)
            elif mode is Mode.NESTED:
                self._nested(name, start, end, model, depth)
            else:
                self.read_entry(name, place, start, end, model, mode, depth)

    def _argument(self, name: str, start: int, end: int, model: ClientModel, depth: int) -> None:
        if name == "_count":  # `{ select: { posts: true } }`, or the fields themselves
            self.read_value(start, end, model, Mode.ARGUMENTS, depth)
        if name in OF_ARGUMENT:
            self.read_value(start, end, model, OF_ARGUMENT[name], depth)

    def _nested(self, name: str, start: int, end: int, model: ClientModel, depth: int) -> None:
        """What is done with related rows. `update` takes the data alone, or with a condition."""
        mode = _OF_NESTED.get(name)
        if mode is None:
            return
        self.read_value(start, end, model, mode, depth)
        if name == "update":
            self.read_value(start, end, model, Mode.DATA, depth)
        elif name in ("updateMany", "upsert"):
            self.read_value(start, end, model, Mode.ARGUMENTS, depth)

    def read_entry(
        self, name: str, place: int, start: int, end: int, model: ClientModel, mode: Mode, depth: int = 0
    ) -> None:
        """Reads one entry of an object of fields; what it holds stands from `start` to `end`."""
        known = model.fields.get(name)
        if known is None:
            self._other(name, start, end, model, mode, depth)
            return
        self.use(Target(model.name, name), place)
        related = self.client.related(model, name)
        if known.type in self.client.enums:
            self._enum_values(known.type, start, end)
        if related is None:
            return
        self.use_model(related, place)
        if mode is Mode.SELECTION:
            self.read_value(start, end, related, Mode.ARGUMENTS, depth)
        elif mode is Mode.DATA:
            self.read_value(start, end, related, Mode.NESTED, depth)
        else:
            self.read_value(start, end, related, Mode.CONDITION, depth)

    def _other(self, name: str, start: int, end: int, model: ClientModel, mode: Mode, depth: int) -> None:
        """A key that is no field: how conditions are joined, totals, the name of a key of several fields."""
        if name == "_count" and mode is Mode.SELECTION:
            self.read_value(start, end, model, Mode.ARGUMENTS, depth)
        elif mode is Mode.CONDITION and name == "_relevance":
            for key, _, first, last in self._entries_in(start, end):
                if key == "fields":
                    self._names(first, last, model)
        elif mode is Mode.CONDITION and (name in _OF_RELATION | _COMBINED | _TOTALS or self._is_key(name, model)):
            self.read_value(start, end, model, Mode.CONDITION, depth)

    def _entries_in(self, start: int, end: int) -> Iterator[tuple[str, int, int, int]]:
        for at in self._objects_in(start, end):
            yield from self.entries(at)

    def _is_key(self, name: str, model: ClientModel) -> bool:
        """Whether a name is made of fields, as that of a unique key is."""
        return "_" in name and any(name.startswith(f"{known}_") for known in model.fields)

    def _names(self, start: int, end: int, model: ClientModel) -> None:
        for at in range(start, min(end, start + 200)):
            name = self.tokens.string(at)
            if name is not None and name in model.fields:
                self.use(Target(model.name, name), at)

    def _enum_values(self, enum: str, start: int, end: int) -> None:
        """Values of an enum as strings, where such a value is expected."""
        for at in range(start, min(end, start + 400)):
            value = self.tokens.string(at)
            if value is not None:
                self.use_enum(enum, value, at)
