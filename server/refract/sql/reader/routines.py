"""Functions and procedures: what a migration defines, and which of its calls change more than rows."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.schema.model import ObjectKind, QualifiedName
from refract.sql.reader.cursor import Cursor, UnreadableStatement, body_text, unquoted
from refract.sql.reader.data import backfill
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import BODY, QUOTED, STRING, tokens

_DEFINING = frozenset({"CREATE", "ALTER", "DROP", "EXECUTE", "RENAME"})
_DEEPEST = 8
_MODES = ("IN", "OUT", "INOUT", "VARIADIC")
_ROUTINES = (ObjectKind.FUNCTION, ObjectKind.PROCEDURE)
_MOVING = frozenset(
    {"ADDGEOMETRYCOLUMN", "DROPGEOMETRYCOLUMN", "DROPGEOMETRYTABLE", "CREATE_HYPERTABLE", "CREATE_PARENT"}
)
"""Functions of extensions that change tables."""


@frozen
class Routine:
    """A function or procedure: its body as written, its language, the names of its parameters."""

    body: str
    language: str
    parameters: tuple[str, ...]


@frozen
class Call:
    """A call that changes the model. `routine` is None if its body is not known."""

    routine: Routine | None
    arguments: Cursor


def routine_of(definition: str, session: ReadingState) -> Routine | None:
    """The routine that a CREATE statement defines, if its body is a text."""
    cursor = Cursor(definition, tokens(definition, session.provider.name), session.kept_names)
    while not cursor.done and cursor.key() not in ("FUNCTION", "PROCEDURE"):
        cursor.position += 1
    try:
        cursor.position += 1
        cursor.dotted()
        parameters = tuple(_parameters(cursor.group()))
    except UnreadableStatement:
        return None
    body, language = None, "sql"
    while not cursor.done:
        if cursor.accept("LANGUAGE"):
            language = cursor.text().strip("'").lower()
        elif cursor.key() == "AS" and cursor.key(1) in (BODY, STRING):
            cursor.position += 1
            body = body_text(cursor.text())
        cursor.position += 1
    return None if body is None else Routine(body, language, parameters)


def _parameters(group: Cursor) -> Iterator[str]:
    for item in group.items():
        if item.one_of(*_MODES) == "OUT":
            continue
        yield item.identifier() if item.key(1) not in ("", ",") else ""


def changing_call(cursor: Cursor, session: ReadingState, depth: int = 0) -> Call | None:
    """The first call in the statement of a routine that may change more than rows. The cursor stays where it is."""
    start = cursor.position
    try:
        return next(_changing_calls(cursor, session, depth), None)
    except UnreadableStatement:
        return None
    finally:
        cursor.position = start


def _changing_calls(cursor: Cursor, session: ReadingState, depth: int) -> Iterator[Call]:
    text = cursor.whole().lower()
    routines = ((key.name.name, held) for key, held in session.draft.objects.items() if key.kind in _ROUTINES)
    known = {name: held for name, held in routines if name.lower() in text}
    if not known and not any(name.lower() in text for name in _MOVING):
        return
    while not cursor.done:
        moves, name = cursor.key() in _MOVING, _called_name(cursor)
        cursor.position += 1
        if cursor.key() != "(" or not (moves or name in known):
            continue
        if moves:
            yield Call(None, cursor)
            continue
        routine = routine_of(known[name].definition, session)
        start = cursor.position
        arguments = cursor.group()
        cursor.position = start
        changes = _defines(known[name].definition, session) if routine is None else _changes(routine, session, depth)
        if changes:
            yield Call(routine, arguments)


def _defines(definition: str, session: ReadingState) -> bool:
    """Whether a body that is no text (MySQL) defines something: more than the routine itself."""
    return sum(token.key in _DEFINING for token in tokens(definition, session.provider.name)) > 1


def _called_name(cursor: Cursor) -> str:
    return unquoted(cursor.text()) if cursor.key() == QUOTED else cursor.text().lower()


def _changes(routine: Routine, session: ReadingState, depth: int) -> bool:
    """Whether its body defines something, or calls a routine that does."""
    found = tokens(routine.body, session.provider.name)
    if any(token.key in _DEFINING for token in found):
        return True
    inside = Cursor(routine.body, found, session.kept_names)
    return depth < _DEEPEST and changing_call(inside, session, depth + 1) is not None


def declare_routine(cursor: Cursor, session: ReadingState, kind: ObjectKind) -> None:
    """At the name of a function or procedure that a statement creates. Rows that it changes count as changed by it."""
    session.keep_object(kind, session.name(cursor), cursor.whole())
    backfill(cursor, session)


def routine_name(cursor: Cursor, session: ReadingState) -> QualifiedName:
    """The name after FUNCTION or PROCEDURE, with its arguments passed over."""
    name = session.name(cursor)
    if cursor.key() == "(":
        cursor.group()
    return name
