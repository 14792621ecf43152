"""As long as Prisma refuses a schema, nothing is pending but what its readable blocks ask for.

Prisma's own parser is asked about every state of a schema that is typed key by key. What it accepts must be judged as it
stands, without a problem; what it refuses must have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from random import Random

import pytest
from attrs import frozen

from oracle.half_typed_cases import EDITS, SCHEMAS
from oracle.keystrokes import erased, garbled, typed
from oracle.lint import errors
from refract.analysis.half_typed import ReadSchema, read_half_typed
from refract.diff import diff
from refract.lowering import lower
from refract.providers import PROVIDERS, provider
from refract.schema.changes import Change
from refract.schema.model import Database
from refract.syntax import SchemaTree, parse_schema

NO_FAULT_FOR_PRISMA = '("")'
"""An empty name, as an editor writes it that closes quotes: Prisma accepts it, no database has it."""
BROKEN_ON_TWO_LINES = "not a valid field or attribute definition"
"""Prisma wants an argument on the line of its name; the grammar joins lines."""


@frozen
class Typing:
    """The states of the schema `base`, one key after the other."""

    base: str
    states: tuple[str, ...]


def _typings() -> Iterator[tuple[str, Typing]]:
    for name, (schema, edits) in EDITS.items():
        yield name, Typing(SCHEMAS[schema], tuple(typed(SCHEMAS[schema], edits)))
    for name, schema in SCHEMAS.items():
        for line, states in erased(schema, 1 if name == "postgresql" else 4):
            yield f"{name}: erase {line.strip()}", Typing(schema, states)
        slips = [garbled(schema, Random(f"{name} {n}")) for n in range(100)]
        for number, slip in enumerate(slips):
            yield f"{name}: slip {number}", Typing(schema, (slip,))


@cache
def _verdicts() -> dict[str, set[str]]:
    """What Prisma says of each state."""
    texts = [*SCHEMAS.values(), *chain.from_iterable(typing.states for _, typing in _typings())]
    found = errors([("schema.prisma", text)] for text in texts)
    return dict(zip(texts, found, strict=True))


def test_prisma_accepts_the_schemas_to_start_from() -> None:
    assert {name: found for name, text in SCHEMAS.items() if (found := _verdicts()[text])} == {}


def test_enough_states_of_both_kinds() -> None:
    states = [state for _, typing in _typings() for state in typing.states]
    assert len(states) > 3000
    assert sum(not _verdicts()[state] for state in states) > 300


def test_in_an_editor() -> None:
    assert list(_wrong(in_editor=True)) == []


def test_on_the_command_line() -> None:
    assert list(_wrong(in_editor=False)) == []


def test_opened_half_typed() -> None:
    """The project is opened in the middle of an edit, and typing goes on."""
    wrong = []
    for name, typing in _typings():
        middle = len(typing.states) // 2
        rest = Typing(typing.base, typing.states[middle:])
        if _verdicts()[rest.states[0]]:
            wrong += list(_wrong_states(name, rest, in_editor=True, opened=None))
    assert wrong == []


def _wrong(*, in_editor: bool) -> Iterator[str]:
    for name, typing in _typings():
        yield from _wrong_states(name, typing, in_editor, read_half_typed(_tree(typing.base), None))


def _wrong_states(name: str, typing: Typing, in_editor: bool, opened: ReadSchema | None) -> Iterator[str]:
    before, known = _asked_for(typing.base), opened
    allowed = set(_changes(before, _asked_for(typing.states[-1]))) if not _verdicts()[typing.states[-1]] else set()
    for state in typing.states:
        tree, refused = _tree(state), _verdicts()[state]
        read = read_half_typed(tree, None, known.settled, known.lowered) if known and in_editor else None
        read = read or read_half_typed(tree, None)
        known = read
        found = set(_changes(before, read.settled.complete(read.lowered.database, before)))
        if not refused:
            allowed |= set(_changes(before, lower(tree).database))
        wrong = _misjudged(state, refused, read, found, set(_changes(before, lower(tree).database)), allowed)
        if wrong:
            yield f"{name}: {wrong}\n{sorted(refused)}\n{state}"


def _misjudged(
    state: str, refused: set[str], read: ReadSchema, found: set[str], as_written: set[str], allowed: set[str]
) -> str:
    if refused and not found <= allowed:
        return f"pending although refused: {found - allowed}"
    if refused and not read.problems and not any(BROKEN_ON_TWO_LINES in error for error in refused):
        return "no problem"
    if not refused and NO_FAULT_FOR_PRISMA not in state and (read.problems or found != as_written):
        return f"not judged: {[p.message for p in read.problems]} {found ^ as_written}"
    return ""


def _tree(text: str) -> SchemaTree:
    return parse_schema([("schema.prisma", text)])


def _asked_for(text: str) -> Database:
    return lower(_tree(text)).database


def _changes(before: Database, after: Database) -> Iterable[str]:
    return map(_spelled, diff(before, after).changes)


def _spelled(change: Change) -> str:
    return repr(change)


SCALARS = ("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes")
ARGUMENTS = ("", "(1)", "(1, 1)")


@pytest.mark.parametrize("database", PROVIDERS)
def test_native_types(database: str) -> None:
    """Each native type with each scalar and up to two arguments: accepted here if and only if Prisma accepts it."""
    names = [*provider(database).natives, "Nothing"]
    key = 'id String @id @map("_id")' if database == "mongodb" else "id Int @id"
    head = f'datasource db {{\n  provider = "{database}"\n}}\n\nmodel M {{\n  {key}\n  x '
    texts = [f"{head}{s} @db.{name}{a}\n}}\n" for name in names for s in SCALARS for a in ARGUMENTS]
    by_prisma = errors([("schema.prisma", text)] for text in texts)
    ours = [lower(_tree(text)).problems for text in texts]
    assert [t for t, theirs, own in zip(texts, by_prisma, ours, strict=True) if bool(theirs) is not bool(own)] == []
