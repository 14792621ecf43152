"""What is known of a value in code: rows of a model, a part of the client, an object that Prisma Client takes.

Types are read as far as they name what Prisma generates: `User`, `User[]`, `Prisma.UserWhereInput`.
"""

from __future__ import annotations

import re

from attrs import define, evolve, field, frozen

from refract.source.arguments import Mode
from refract.source.client import Client, ClientField, ClientModel
from refract.source.tokens import Tokens


@frozen
class Rows:
    """One row of a model, or `many`. Not `sure`: a type of the same name that may not be Prisma's. `only` are the fields
    that it has, where these are picked, `but` those that are left out.
    """

    model: ClientModel
    many: bool = False
    sure: bool = True
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a property of this name is the model's field."""
        return name in self.model.fields and name not in self.but and (not self.only or name in self.only)


@frozen
class Delegate:
    """What `prisma.user` is."""

    model: ClientModel


@frozen
class Input:
    """An object for Prisma Client that names fields of a model."""

    model: ClientModel
    mode: Mode


@frozen
class Members:
    """An object whose properties have types of their own: its brace in the tokens."""

    opening: int


Shape = Rows | Delegate | Input | Members

_OF_CLIENT = re.compile(
    r"generated/|(^|[/@~.-])(prisma|database|db|client)(/(client|index|browser|edge|enums?|models|types))?(\.[cm]?js)?$"
)
"""Modules that hand on what Prisma generates. One below them may be written by hand."""

_MODES = (
    (re.compile(r"(Select|Include|Omit)(Scalar)?$"), Mode.SELECTION),
    (re.compile(r"(CreateOrConnect\w*Input|Upsert\w*Input|(Update|UpdateMany)With\w*Input|Args)$"), Mode.ARGUMENTS),
    (re.compile(r"(Where|OrderBy|ScalarWhere)\w*Input$|(List)?RelationFilter$"), Mode.CONDITION),
    (re.compile(r"\w*Nested\w*Input$"), Mode.NESTED),
    (re.compile(r"(Unchecked)?(Create|Update)\w*Input$"), Mode.DATA),
)
_LISTS = frozenset({"Array", "ReadonlyArray"})
_THROUGH = frozenset(
    {"Promise", "Partial", "Required", "Readonly", "NonNullable", "Awaited", "Pick", "Omit", "Jsonify", "Exclude"}
)
_LONGEST_TYPE = 120
_DEEPEST = 8


@define(eq=False)
class Types:
    """The types of one file: which of them Prisma made, and those that the file itself names (where their text goes)."""

    tokens: Tokens
    client: Client
    imported: dict[str, tuple[str, bool]] = field(factory=dict, init=False)
    aliases: dict[str, tuple[int, int]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for at, token in enumerate(self.tokens.all):
            if token.text == "import" and self.tokens.sign(at + 1) not in ("(", "."):
                self._import(at)
            elif token.text in ("type", "interface") and self.tokens.name(at + 1):
                self._alias(at)

    def model(self, name: str) -> Rows | None:
        """The rows that a type of this name stands for."""
        known = self.imported.get(name)
        model = self.client.models.get(known[0]) if known else None
        return Rows(model, False, known[1]) if known and model else None

    def enum(self, name: str) -> tuple[str, bool] | None:
        """The enum of this name in the file, and whether it is surely Prisma's."""
        known = self.imported.get(name)
        return known if known and known[0] in self.client.enums else None

    def of(self, start: int, end: int, depth: int = 0) -> Shape | None:
        """What a value has whose type stands from one token to another."""
        tokens, many = self.tokens, False
        end = min(end, start + _LONGEST_TYPE)
        at = start
        while at < end and depth < _DEEPEST:
            name = tokens.name(at)
            if tokens.sign(at) == "{":
                return Members(at)
            if name in _LISTS:
                many = True
            elif name == "Prisma" and tokens.sign(at + 1) == ".":
                return self._listed(self.of_prisma(tokens.name(at + 2)), at + 3, end, many=many)
            elif name and name not in _THROUGH and tokens.sign(at - 1) != ".":
                found = self.model(name) or self._of_alias(name, depth)
                indexed = tokens.sign(at + 1) == "[" and tokens.sign(at + 2) != "]"
                if found is not None and not indexed:
                    return self._listed(self._of_some_fields(found, at), at + 1, end, many=many)
            at += 1
        return None

    def of_prisma(self, name: str) -> Shape | None:
        """What a type in the namespace `Prisma` stands for."""
        for end in range(len(name) - 1, 0, -1):
            model = self.client.models.get(name[:end])
            if model is None:
                continue
            rest = name[end:]
            if rest == "GetPayload":
                return Rows(model)
            if rest == "Delegate":
                return Delegate(model)
            mode = next((mode for pattern, mode in _MODES if pattern.match(rest)), None)
            if mode is not None:
                return Input(model, mode)
        return None

    def _of_some_fields(self, shape: Shape, at: int) -> Shape:
        """The rows in `Pick<User, "id" | "name">` or `Omit<User, "name">`, of which `User` stands at a token."""
        how = self.tokens.name(at - 2) if self.tokens.sign(at - 1) == "<" else ""
        if how not in ("Pick", "Omit") or not isinstance(shape, Rows):
            return shape
        names, place = set[str](), at + 1
        while self.tokens.sign(place) in (",", "|") or self.tokens.string(place) is not None:
            names.add(self.tokens.string(place) or "")
            place += 1
        listed = frozenset(names - {""})
        return evolve(shape, only=listed) if how == "Pick" else evolve(shape, but=listed)

    def _of_alias(self, name: str, depth: int) -> Shape | None:
        found = self.aliases.get(name)
        return self.of(*found, depth + 1) if found else None

    def _listed(self, shape: Shape | None, after: int, end: int, *, many: bool) -> Shape | None:
        """The shape, as a list where `[]` follows its name and what that is given."""
        if not isinstance(shape, Rows):
            return shape
        tokens = self.tokens
        last = [tokens.sign(at) for at in range(max(after, end - 2), end)]
        is_list = (
            many or shape.many or (tokens.sign(after) == "[" and tokens.sign(after + 1) == "]") or last == ["[", "]"]
        )
        return evolve(shape, many=is_list)

    def _import(self, at: int) -> None:
        tokens, names, where = self.tokens, [], at + 1
        while where < len(tokens.all) and where < at + 400 and tokens.string(where) is None:
            if tokens.sign(where) in (";", "import", "="):
                return
            renamed = tokens.sign(where + 1) == "as"
            if tokens.name(where) and tokens.sign(where - 1) != "as":
                names.append((tokens.name(where), tokens.name(where + 2) if renamed else tokens.name(where)))
            where += 1
        source = tokens.string(where)
        for name, local in names if source is not None else ():
            if name in self.client.models or name in self.client.enums:
                self.imported[local] = (name, _OF_CLIENT.search(source or "") is not None)

    def _alias(self, at: int) -> None:
        tokens, name = self.tokens, self.tokens.name(at + 1)
        where = at + 2
        if tokens.sign(where) == "=":
            self.aliases[name] = (where + 1, self._end_of_type(where + 1))
        elif tokens.sign(at) == "interface":
            is_extended = tokens.sign(where) == "extends"
            self.aliases[name] = (where + 1, where + 2) if is_extended else (where, where + 1)

    def _end_of_type(self, at: int) -> int:
        tokens, last = self.tokens, min(len(self.tokens.all), at + _LONGEST_TYPE)
        first = at
        while at < last and tokens.sign(at) != ";":
            if at > first and tokens.sign(at) in _BEGINS_STATEMENT:
                return at
            at = max(tokens.pair[at], at) + 1
        return min(at, last)


_BEGINS_STATEMENT = frozenset({"export", "const", "let", "function", "type", "interface", "class", "import", "async"})


def value_of(field_: ClientField, client: Client, sure: bool) -> Rows | None:
    """What a field of a row holds, where that is rows."""
    model = client.models.get(field_.type)
    return Rows(model, field_.is_list, sure) if model else None
