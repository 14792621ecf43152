"""Refract's migration beside Prisma's: the same statements, step by step.

What is taken to be the same: white space between words, the order of the statements of one kind of step, and
what docs/differences-from-prisma.md lists as written otherwise on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from attrs import frozen

from oracle.deliberate import Pair, as_refract_writes
from refract.diff import diff
from refract.lowering import lower
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema

_STEP = re.compile(r"^-- ([A-Z][A-Za-z]+)$", re.MULTILINE)
Statements = Counter[tuple[str, str]]


@frozen
class Comparison:
    """The two migrations of one pair of schemas, and the statements that only one of them has."""

    prisma: str
    refract: str
    missing: tuple[str, ...]
    surplus: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.missing and not self.surplus


def database(schema: str) -> Database:
    return lower(parse_schema([("schema.prisma", schema)])).database


def compare(provider: str, prisma: str, before: str | None, after: str) -> Comparison:
    """Refract's answer to a pair of schemas beside Prisma's."""
    old = database(before) if before is not None else Database(provider)
    new = database(after)
    refract = write_script(diff(old, new), old, new)
    ours = statements(refract)
    theirs = as_refract_writes(Pair(old, new, statements(prisma), ours))
    missing = tuple(f"{step}: {text}" for step, text in (theirs - ours).elements())
    surplus = tuple(f"{step}: {text}" for step, text in (ours - theirs).elements())
    return Comparison(prisma, refract, missing, surplus)


def statements(script: str) -> Statements:
    """The statements of a migration, each with the step it belongs to."""
    return Counter(_statements(script))


def _statements(script: str) -> Iterator[tuple[str, str]]:
    parts = _STEP.split(script)
    for step, body in zip(parts[1::2], parts[2::2], strict=True):
        for statement in split(body):
            yield step, statement


_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|;\n|\s+|[^'\";\s]+|;")


def split(body: str) -> Iterator[str]:
    """The statements of a step, with runs of white space outside quotes made one space."""
    current: list[str] = []
    for token in _TOKEN.findall(body + "\n"):
        if token == ";\n":
            yield "".join(current).strip()
            current = []
        else:
            current.append(" " if token.isspace() else token)
    rest = "".join(current).strip()
    if rest:
        yield rest
