"""Refract's migration beside Prisma's: the same statements, step by step.

What is taken to be the same: white space between words, and what docs/differences-from-prisma.md lists as written
otherwise on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from oracle.deliberate import Pair, Statement, added, as_refract_writes, with_escaped_values
from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script, write_steps
from refract.syntax import parse_schema

_STEP = re.compile(r"^-- ([A-Z][A-Za-z]+)$", re.MULTILINE)


@frozen
class Comparison:
    """The two migrations of one pair of schemas, and the statements that only one of them has."""

    prisma: str
    refract: str
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    moved: tuple[str, ...] = ()
    """The statements of both that stand in another order."""

    @property
    def same(self) -> bool:
        return not self.missing and not self.surplus and not self.moved


def database(schema: str) -> Database:
    return lower(parse_schema([("schema.prisma", schema)])).database


def compare(provider: str, prisma: str, before: str | None, after: str) -> Comparison:
    """Refract's answer to a pair of schemas beside Prisma's."""
    old = database(before) if before is not None else Database(provider)
    new = database(after)
    refract = write_script(diff(old, new), old, new)
    written = list(_statements(refract))
    pair = _pair(prisma, old, new, written)
    expected, more = as_refract_writes(pair), Counter(added(pair))
    theirs, ours = Counter(expected) + more, Counter(written)
    missing = tuple(f"{step}: {text}" for step, text in (theirs - ours).elements())
    surplus = tuple(f"{step}: {text}" for step, text in (ours - theirs).elements())
    moved = () if missing or surplus else tuple(_moved(expected, [s for s in written if s not in more]))
    return Comparison(prisma, refract, missing, surplus, moved)


def _pair(prisma: str, old: Database, new: Database, written: Sequence[Statement]) -> Pair:
    return Pair(old, new, list(_statements(with_escaped_values(prisma, old, new))), Counter(written))


def _moved(expected: Sequence[Statement], written: Sequence[Statement]) -> Iterator[str]:
    """The first two statements that differ in place."""
    for (step, text), (other_step, other) in zip(expected, written, strict=True):
        if (step, text) != (other_step, other):
            yield f"{step}: {text}"
            yield f"{other_step}: {other}"
            return


def left_after(provider_name: str, steps: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What is still to be done when Prisma's migrations have run one after the other, as Refract reads them.

    Each step is a schema and Prisma's migration to it from the schema before, of which the first is empty.
    """
    chosen = provider(provider_name)
    old = built = Database(chosen.name, chosen.default_schema)
    for schema, prisma in steps:
        new = database(schema)
        pair = _pair(prisma, old, new, list(_statements(write_script(diff(old, new), old, new))))
        script = ";\n".join(_without_comment(text) for _, text in (*as_refract_writes(pair), *added(pair)))
        built = evolve(built, schemas=tuple({*built.schemas, *old.schemas}))  # those, Prisma takes to exist
        built = read_migration(script, "migration.sql", built, chosen).database
        old = new
    return tuple(f"{s.title}: {x}" for s in write_steps(diff(built, old), built, old) for x in s.statements)


def _without_comment(statement: str) -> str:
    """Prisma's comment on several new values of an enum is one line with the statement here."""
    return statement[statement.index("ALTER TYPE") :] if statement.startswith("--") else statement


def _statements(script: str) -> Iterator[Statement]:
    """The statements of a migration, each with the step it belongs to."""
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
