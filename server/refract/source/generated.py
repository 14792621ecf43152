"""Uses that types and names of the generated client show by themselves: `Pick<User, "name">`, `Prisma.UserSelect`,
`Role.ADMIN`, and fields of what is known to be a row.
"""

from __future__ import annotations

from attrs import define, evolve

from refract.source.arguments import Arguments, Mode
from refract.source.client import Client, Target
from refract.source.extents import end_of_generic
from refract.source.shapes import Input, Rows, Types, value_of
from refract.source.tokens import Tokens

_BEFORE_TYPE = frozenset({":", "<", "|", "&", ",", "=", "(", "[", "{", "=>"}) | {
    *("extends", "implements", "as", "satisfies", "keyof", "type", "is", "readonly"),
}
_FAR = 200  # tokens of a type that lists fields


@define(eq=False)
class Generated:
    """What a file names of the generated client. `near` are the models and enums that it has to do with."""

    tokens: Tokens
    client: Client
    types: Types
    arguments: Arguments
    near: set[str]

    def is_type(self, at: int) -> bool:
        """Whether a model's name stands for its type here, not for a value or a word of a text."""
        sign = self.tokens.sign
        is_word = sign(at + 1) == "<" and sign(at + 2) == "/"
        return sign(at - 1) in _BEFORE_TYPE and sign(at + 1) not in (".", "?.", "(") and not is_word

    def read_type(self, at: int) -> None:
        """A model's name as a type."""
        rows = self.types.model(self.tokens.name(at))
        if rows is None:
            return
        self.arguments.use_model(rows.model, at, sure=rows.sure)
        self._picked(rows, at)

    def _picked(self, rows: Rows, at: int) -> None:
        """Fields in types: `Pick<User, "name">`, `User["name"]`."""
        tokens = self.tokens
        is_listed = (
            tokens.sign(at - 1) == "<" and tokens.name(at - 2) in ("Pick", "Omit") and tokens.sign(at + 1) == ","
        )
        if not is_listed and tokens.sign(at + 1) != "[":
            return
        if tokens.name(at - 2) == "Omit":  # what is left out is not used, but it may be meant
            rows = evolve(rows, sure=False)
        for place in range(at + 2, min(at + _FAR, len(tokens.all))):
            name = tokens.string(place)
            if name is not None:
                self.use_field(rows, name, place)
            elif tokens.sign(place) != "|":
                return

    def read_prisma(self, at: int) -> None:
        """`Prisma.UserSelect` and the like: what a generic or a string after it names."""
        tokens, name = self.tokens, self.tokens.name(at + 2)
        model = (
            self.client.models.get(name.removesuffix("ScalarFieldEnum")) if name.endswith("ScalarFieldEnum") else None
        )
        if model is not None and tokens.sign(at + 3) == "." and tokens.name(at + 4) in model.fields:
            self.arguments.use(Target(model.name, tokens.name(at + 4)), at + 4)
        shape = self.types.of_prisma(name)
        if not isinstance(shape, Rows | Input):
            return
        self.near.add(shape.model.name)
        self.arguments.use_model(shape.model, at + 2)
        if isinstance(shape, Rows) and tokens.sign(at + 3) == "<":
            self.arguments.read_value(at + 4, end_of_generic(self.tokens, at + 3), shape.model, Mode.ARGUMENTS)
        elif isinstance(shape, Input) and tokens.sign(at + 3) == ">" and tokens.sign(at + 4) == "(":
            self._validated(shape, at + 4)
        elif isinstance(shape, Input):
            self._picked(Rows(shape.model), at + 2)

    def _validated(self, shape: Input, at: int) -> None:
        """`Prisma.validator<Prisma.UserSelect>()({ ... })`."""
        end = self.tokens.pair[at]
        if self.tokens.sign(end + 1) == "(":
            end, at = self.tokens.pair[end + 1], end + 1
        self.arguments.read_value(at + 1, end, shape.model, shape.mode)

    def read_vouched(self, at: int) -> None:
        """`{ ... } satisfies Prisma.UserSelect`."""
        opening = self.tokens.pair[at - 1] if self.tokens.sign(at - 1) in ("}", "]") else -1
        if opening < 0 or self.tokens.name(at + 1) != "Prisma":
            return
        shape = self.types.of_prisma(self.tokens.name(at + 3))
        if isinstance(shape, Input):
            self.arguments.read_value(opening, at, shape.model, shape.mode)

    def read_enum(self, enum: tuple[str, bool], at: int, first: int) -> None:
        """`Role.ADMIN`, and `Role` alone."""
        name, sure = enum
        self.near.add(name)
        self.arguments.use(Target(name), at, sure=sure)
        if self.tokens.sign(at + 1) == ".":
            self.arguments.use_enum(name, self.tokens.name(at + 2), at + 2, sure=sure)
        elif self.tokens.sign(at + 1) == "=" or self.tokens.sign(first - 1) == ":":
            value = self.tokens.string(at + 2)  # const role: Role = "ADMIN"
            if value is not None and self.tokens.sign(at + 1) == "=":
                self.arguments.use_enum(name, value, at + 2, sure=sure)

    def use_field(self, rows: Rows, name: str, at: int) -> Rows | None:
        """Notes the use of a field of a row; what it holds, where that is rows."""
        known = rows.model.fields.get(name)
        if known is None or not rows.has(name):
            return None
        self.arguments.use(Target(rows.model.name, name), at, sure=rows.sure)
        related = self.client.models.get(known.type)
        if related is not None:
            self.arguments.use_model(related, at, sure=rows.sure)
        if known.type in self.client.enums:
            self._compare_with_enum(known.type, at, sure=rows.sure)
        return value_of(known, self.client, rows.sure)

    def _compare_with_enum(self, enum: str, at: int, *, sure: bool) -> None:
        """`user.role === "ADMIN"`."""
        if self.tokens.sign(at + 1) in ("===", "!==", "==", "!="):
            value = self.tokens.string(at + 2)
            if value is not None:
                self.arguments.use_enum(enum, value, at + 2, sure=sure)
