"""Reads TypeScript types as far as they name what Prisma generates: `User`, `User[]`, `Prisma.UserWhereInput`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from refract.source.client import Client
from refract.source.extents import after
from refract.source.modes import mode_of_type
from refract.source.shapes import Delegate, Input, Members, Rows, Shape
from refract.typescript import Tokens

_OF_CLIENT = re.compile(
    r"generated/|(^|[/@~.-])(prisma|database|db|client)(/(client|index|browser|edge|enums?|models|types))?(\.[cm]?js)?$"
)
"""Modules that hand on what Prisma generates. One below them may be written by hand."""

_LISTS = frozenset({"Array", "ReadonlyArray"})
_THROUGH = frozenset(
    {"Promise", "Partial", "Required", "Readonly", "NonNullable", "Awaited", "Pick", "Omit", "Jsonify", "Exclude"}
)
_BEGINS_STATEMENT = frozenset({"export", "const", "let", "function", "type", "interface", "class", "import", "async"})
_LONGEST_IMPORT = 400  # tokens
_LONGEST_TYPE = 120
_DEEPEST = 8


@frozen(eq=False)
class Types:
    """The types that a file can name: what it imports of Prisma's (under which name, and whether it is surely
    Prisma's), and those that it declares (the beginning and end of their text).
    """

    tokens: Tokens
    client: Client
    imported: Mapping[str, tuple[str, bool]]
    aliases: Mapping[str, tuple[int, int]]

    def model(self, name: str) -> Rows | None:
        """The rows that a type of this name describes."""
        known = self.imported.get(name)
        model = self.client.models.get(known[0]) if known else None
        return Rows(model, False, known[1]) if known and model else None

    def enum(self, name: str) -> tuple[str, bool] | None:
        """The enum of this name in the file, and whether it is surely Prisma's."""
        known = self.imported.get(name)
        return known if known and known[0] in self.client.enums else None


def types_of(tokens: Tokens, client: Client) -> Types:
    """The types that a file can name."""
    imported: dict[str, tuple[str, bool]] = {}
    aliases: dict[str, tuple[int, int]] = {}
    for at, token in enumerate(tokens.all):
        if token.text == "import" and tokens.sign(at + 1) not in ("(", "."):
            imported.update(_imports(tokens, client, at))
        elif token.text in ("type", "interface") and tokens.name(at + 1):
            aliases.update(_alias(tokens, at))
    return Types(tokens, client, imported, aliases)


def shape_of_type(types: Types, start: int, end: int, depth: int = 0) -> Shape | None:
    """The shape of a value whose type is between two tokens."""
    tokens, many = types.tokens, False
    end = min(end, start + _LONGEST_TYPE)
    for at in range(start, end if depth < _DEEPEST else start):
        name = tokens.name(at)
        if tokens.sign(at) == "{":
            return Members(at)
        if name in _LISTS:
            many = True
        elif name == "Prisma" and tokens.sign(at + 1) == ".":
            shape = shape_of_prisma_type(tokens.name(at + 2), types.client)
            return _as_list(tokens, shape, at + 3, end, many=many)
        elif name and name not in _THROUGH and tokens.sign(at - 1) != ".":
            known = types.model(name) or _shape_of_alias(types, name, depth)
            if known is not None and not _is_indexed(tokens, at):
                return _as_list(tokens, _with_picked_fields(tokens, known, at), at + 1, end, many=many)
    return None


def shape_of_prisma_type(name: str, client: Client) -> Shape | None:
    """The shape of a type in the namespace `Prisma`."""
    for end in range(len(name) - 1, 0, -1):
        model = client.models.get(name[:end])
        if model is None:
            continue
        rest = name[end:]
        if rest == "GetPayload":
            return Rows(model)
        if rest == "Delegate":
            return Delegate(model)
        mode = mode_of_type(rest)
        if mode is not None:
            return Input(model, mode)
    return None


def _is_indexed(tokens: Tokens, at: int) -> bool:
    return tokens.sign(at + 1) == "[" and tokens.sign(at + 2) != "]"


def _shape_of_alias(types: Types, name: str, depth: int) -> Shape | None:
    place = types.aliases.get(name)
    return shape_of_type(types, *place, depth + 1) if place else None


def _with_picked_fields(tokens: Tokens, shape: Shape, at: int) -> Shape:
    """The rows in `Pick<User, "id" | "name">` or `Omit<User, "name">`, of which `User` is at a token."""
    how = tokens.name(at - 2) if tokens.sign(at - 1) == "<" else ""
    if how not in ("Pick", "Omit") or not isinstance(shape, Rows):
        return shape
    names, place = set[str](), at + 1
    while tokens.sign(place) in (",", "|") or tokens.string(place) is not None:
        names.add(tokens.string(place) or "")
        place += 1
    fields = frozenset(names - {""})
    return evolve(shape, only=fields) if how == "Pick" else evolve(shape, but=fields)


def _as_list(tokens: Tokens, shape: Shape | None, behind: int, end: int, *, many: bool) -> Shape | None:
    """The shape, as a list where `[]` follows its name and its generic."""
    if not isinstance(shape, Rows):
        return shape
    last = [tokens.sign(at) for at in range(max(behind, end - 2), end)]
    has_brackets = (tokens.sign(behind) == "[" and tokens.sign(behind + 1) == "]") or last == ["[", "]"]
    return evolve(shape, many=many or shape.many or has_brackets)


def _imports(tokens: Tokens, client: Client, at: int) -> Iterator[tuple[str, tuple[str, bool]]]:
    """The models and enums that an `import` names, by their names in this file."""
    names, place = list[tuple[str, str]](), at + 1
    while place < min(len(tokens.all), at + _LONGEST_IMPORT) and tokens.string(place) is None:
        if tokens.sign(place) in (";", "import", "="):
            return
        if tokens.name(place) and tokens.sign(place - 1) != "as":
            is_renamed = tokens.sign(place + 1) == "as"
            names.append((tokens.name(place), tokens.name(place + 2) if is_renamed else tokens.name(place)))
        place += 1
    module = tokens.string(place)
    for name, local in names if module is not None else ():
        if name in client.models or name in client.enums:
            yield local, (name, _OF_CLIENT.search(module or "") is not None)


def _alias(tokens: Tokens, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """A type that the file declares, and the place of its text."""
    name, place = tokens.name(at + 1), at + 2
    if tokens.sign(place) == "=":
        yield name, (place + 1, _end_of_alias(tokens, place + 1))
    elif tokens.sign(at) == "interface":
        is_extended = tokens.sign(place) == "extends"
        yield name, ((place + 1, place + 2) if is_extended else (place, place + 1))


def _end_of_alias(tokens: Tokens, first: int) -> int:
    at, last = first, min(len(tokens.all), first + _LONGEST_TYPE)
    while at < last and tokens.sign(at) != ";":
        if at > first and tokens.sign(at) in _BEGINS_STATEMENT:
            return at
        at = after(tokens, at)
    return min(at, last)
