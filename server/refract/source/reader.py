"""Reads one file of code from its beginning to its end, and gives what it uses.

Calls of Prisma Client are recognised by their form (`….user.findMany(…)`), what they are given is read by the schema,
and what they return is followed through the names that hold it, within one file.

Each token is looked at a single time, here; the other modules read what begins at it. `Reading` is what they know and note.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.source.chains import CONTINUES, read_chain
from refract.source.client import Client, Target
from refract.source.declarations import read_declaration, read_parameters
from refract.source.extents import end_of_body
from refract.source.generated import is_type, read_asserted, read_enum, read_prisma_type, read_type
from refract.source.raw_sql import uses_in_sql
from refract.source.reading import Reading
from refract.source.use import Use
from refract.text import Span
from refract.typescript import TokenKind, tokens_of


def read(text: str, client: Client, wanted: frozenset[Target]) -> Iterator[Use]:
    """The uses of what is `wanted`."""
    reading = Reading(tokens_of(text), client, wanted)
    for at, token in enumerate(reading.tokens.all):
        if token.kind is TokenKind.NAME:
            _read_name(reading, at, token.text)
        elif token.text == "(":
            read_parameters(reading, at)
        elif token.text == "{":
            reading.scopes.append(at)
        elif token.text == "}" and reading.scopes:
            reading.scopes.pop()
    yield from reading.uses
    yield from _perhaps(reading)
    yield from uses_in_sql(reading.tokens, client, wanted)


def _read_name(reading: Reading, at: int, name: str) -> None:
    """Reads what a name begins: the first of these that it may be."""
    tokens, types = reading.tokens, reading.types
    if name in ("const", "let", "var"):
        read_declaration(reading, at)
    elif name in ("satisfies", "as"):
        read_asserted(reading, at)
    elif tokens.sign(at - 1) in (".", "?."):
        return
    elif name == "Prisma" and tokens.sign(at + 1) == ".":
        read_prisma_type(reading, at)
    elif tokens.sign(at + 1) == "=>":
        reading.names.declare(name, reading.expected.get(at), end_of_body(tokens, at + 2))
    elif (enum := types.enum(name)) is not None and tokens.sign(at - 2) != "import":
        read_enum(reading, enum, at)
    elif types.model(name) is not None and is_type(tokens, at):
        read_type(reading, at)
    elif at in reading.awaited or tokens.sign(at + 1) in CONTINUES:
        read_chain(reading, at)


def _perhaps(reading: Reading) -> Iterator[Use]:
    """Properties of unknown values in a file that works with the model: perhaps uses of its field."""
    fields: dict[str, list[Target]] = {}
    for target in reading.wanted:
        if target.member and target.block in reading.near:
            fields.setdefault(target.member, []).append(target)
    for name, at in reading.unknown if fields else ():
        token = reading.tokens.all[at]
        for target in fields.get(name, ()):
            yield Use(target, Span(token.start, token.end), sure=False)
