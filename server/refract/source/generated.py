"""Uses that types and names of the generated client show directly: `Pick<User, "name">`, `Prisma.UserSelect`,
`Role.ADMIN`, and fields of what is known to be a row.
"""

from __future__ import annotations

from attrs import evolve

from refract.source.arguments import read_value
from refract.source.client import Target
from refract.source.extents import end_of_generic
from refract.source.modes import Mode
from refract.source.reading import Reading
from refract.source.shapes import Input, Rows, value_of
from refract.source.types import shape_of_prisma_type
from refract.typescript import Tokens

_BEFORE_TYPE = frozenset({":", "<", "|", "&", ",", "=", "(", "[", "{", "=>"}) | {
    *("extends", "implements", "as", "satisfies", "keyof", "type", "is", "readonly"),
}
_COMPARISONS = frozenset({"===", "!==", "==", "!="})
_MOST_FIELDS = 200  # tokens of a type that lists fields


def is_type(tokens: Tokens, at: int) -> bool:
    """Whether a model's name means its type here, not for a value or a word of a text."""
    is_word = tokens.sign(at + 1) == "<" and tokens.sign(at + 2) == "/"
    return tokens.sign(at - 1) in _BEFORE_TYPE and tokens.sign(at + 1) not in (".", "?.", "(") and not is_word


def read_type(reading: Reading, at: int) -> None:
    """A model's name as a type."""
    rows = reading.types.model(reading.tokens.name(at))
    if rows is not None:
        reading.use_model(rows.model, at, sure=rows.sure)
        _read_picked(reading, rows, at)


def read_prisma_type(reading: Reading, at: int) -> None:
    """`Prisma.UserSelect` and the like: what a generic or a string after it names."""
    tokens, name = reading.tokens, reading.tokens.name(at + 2)
    if name.endswith("ScalarFieldEnum"):
        _read_field_enum(reading, name.removesuffix("ScalarFieldEnum"), at + 3)
    shape = shape_of_prisma_type(name, reading.client)
    if not isinstance(shape, Rows | Input):
        return
    reading.near.add(shape.model.name)
    reading.use_model(shape.model, at + 2)
    if isinstance(shape, Rows):
        if tokens.sign(at + 3) == "<":
            read_value(reading, at + 4, end_of_generic(tokens, at + 3), shape.model, Mode.ARGUMENTS)
    elif tokens.sign(at + 3) == ">" and tokens.sign(at + 4) == "(":
        _read_validated(reading, shape, at + 4)
    else:
        _read_picked(reading, Rows(shape.model), at + 2)


def read_asserted(reading: Reading, at: int) -> None:
    """`{ ... } satisfies Prisma.UserSelect`, or `as`."""
    tokens = reading.tokens
    opening = tokens.pair[at - 1] if tokens.sign(at - 1) in ("}", "]") else -1
    if opening < 0 or tokens.name(at + 1) != "Prisma":
        return
    shape = shape_of_prisma_type(tokens.name(at + 3), reading.client)
    if isinstance(shape, Input):
        read_value(reading, opening, at, shape.model, shape.mode)


def read_enum(reading: Reading, enum: tuple[str, bool], at: int) -> None:
    """`Role.ADMIN`, and `Role` alone."""
    tokens, (name, sure) = reading.tokens, enum
    reading.near.add(name)
    reading.use(Target(name), at, sure=sure)
    if tokens.sign(at + 1) == ".":
        reading.use_enum(name, tokens.name(at + 2), at + 2, sure=sure)
    elif tokens.sign(at + 1) == "=" and tokens.string(at + 2) is not None:  # const role: Role = "ADMIN"
        reading.use_enum(name, tokens.string(at + 2) or "", at + 2, sure=sure)


def use_field(reading: Reading, rows: Rows, name: str, at: int) -> Rows | None:
    """Notes the use of a field of a row; what it holds, if that is rows."""
    field = rows.model.fields.get(name)
    if field is None or not rows.has(name):
        return None
    reading.use(Target(rows.model.name, name), at, sure=rows.sure)
    related = reading.client.models.get(field.type)
    if related is not None:
        reading.use_model(related, at, sure=rows.sure)
    if field.type in reading.client.enums:
        _read_comparison(reading, field.type, at, sure=rows.sure)
    return value_of(field, reading.client, rows.sure)


def _read_picked(reading: Reading, rows: Rows, at: int) -> None:
    """Fields in types: `Pick<User, "name">`, `User["name"]`."""
    tokens = reading.tokens
    is_picked = tokens.sign(at - 1) == "<" and tokens.name(at - 2) in ("Pick", "Omit") and tokens.sign(at + 1) == ","
    if not is_picked and tokens.sign(at + 1) != "[":
        return
    if tokens.name(at - 2) == "Omit":  # what is left out is not used, but it may be meant
        rows = evolve(rows, sure=False)
    for place in range(at + 2, min(at + _MOST_FIELDS, len(tokens.all))):
        name = tokens.string(place)
        if name is not None:
            use_field(reading, rows, name, place)
        elif tokens.sign(place) != "|":
            return


def _read_field_enum(reading: Reading, model: str, dot: int) -> None:
    """`Prisma.UserScalarFieldEnum.name`."""
    known, name = reading.client.models.get(model), reading.tokens.name(dot + 1)
    if known is not None and reading.tokens.sign(dot) == "." and name in known.fields:
        reading.use(Target(model, name), dot + 1)


def _read_validated(reading: Reading, shape: Input, at: int) -> None:
    """`Prisma.validator<Prisma.UserSelect>()({ ... })`."""
    tokens, opening = reading.tokens, at
    if tokens.sign(tokens.pair[at] + 1) == "(":
        opening = tokens.pair[at] + 1
    read_value(reading, opening + 1, tokens.pair[opening], shape.model, shape.mode)


def _read_comparison(reading: Reading, enum: str, at: int, *, sure: bool) -> None:
    """`user.role === "ADMIN"`."""
    value = reading.tokens.string(at + 2)
    if value is not None and reading.tokens.sign(at + 1) in _COMPARISONS:
        reading.use_enum(enum, value, at + 2, sure=sure)
