"""Triggers, functions and the like: what a migration does to them, which no comparison of tables shows."""

from __future__ import annotations

from attrs import frozen

from refract.providers import Provider
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.tokens import StatementTokens, statements
from refract.sql.reader.traits import ReaderTraits, reader_traits

_UNDONE = ("TRIGGER", "FUNCTION", "PROCEDURE")
_NOTED = ("RULE", "AGGREGATE", "DOMAIN", "EVENT")
_MOST = 100  # characters of a statement


@frozen
class Programs:
    """How to undo a migration's changes to triggers, functions and the like: statements that `drop` those it creates.
    `left` are its other changes to them, which cannot be undone because the previous definition is unknown.
    """

    drop: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@frozen
class _Program:
    """What one statement creates, alters or drops. `undo` is empty if a DROP would not undo it."""

    verb: str
    kind: str
    name: str
    undo: str


def programs_undone(sql: str, provider: Provider) -> Programs:
    """How to undo what `sql` does to triggers, functions and the like."""
    traits = reader_traits(provider.name)
    made, left = dict[tuple[str, str], str](), list[str]()
    for statement in statements(sql, provider.name):
        program = _program(statement, sql, traits)
        if program is None:
            continue
        key = (program.kind, program.name)
        if program.undo:
            made[key] = program.undo
        elif program.verb != "DROP" or made.pop(key, None) is None:
            left.append(shortened(sql[statement.start : statement.end]))
    return Programs(tuple(reversed(made.values())), tuple(left))


def shortened(text: str) -> str:
    """A statement on one line, cut off if it is long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _MOST else f"{plain[:_MOST]}…"


def _program(statement: StatementTokens, sql: str, traits: ReaderTraits) -> _Program | None:
    cursor = Cursor(sql, statement.tokens, traits.kept_names)
    verb = cursor.one_of("CREATE", "ALTER", "DROP")
    if verb is None:
        return None
    replaces = cursor.accept("OR", "REPLACE") or cursor.accept("OR", "ALTER")
    cursor.one_of("CONSTRAINT", "TEMP", "TEMPORARY")
    if cursor.accept("DEFINER"):
        _skip_to(cursor, _UNDONE)
    kind = cursor.one_of(*_UNDONE, *_NOTED)
    if kind is None:
        return None
    try:
        perhaps_there = replaces or cursor.if_not_exists() or cursor.if_exists()
        name, written = _name(cursor, statement)
        if verb != "CREATE" or kind not in _UNDONE or perhaps_there:
            return _Program(verb, kind, name, "")
        target = _target(cursor, statement, kind) if traits.drops_triggers_on_table else ""
        return _Program(verb, kind, name, f"DROP {kind} {written}{target}")
    except UnreadableStatement:
        return None


def _name(cursor: Cursor, statement: StatementTokens) -> tuple[str, str]:
    """A name, plain and as written, with its namespace."""
    start = cursor.token.start
    plain = cursor.dotted()[-1]
    return plain, cursor.sql[start : statement.tokens[cursor.position - 1].end]


def _target(cursor: Cursor, statement: StatementTokens, kind: str) -> str:
    """What follows the name in a DROP statement (PostgreSQL)."""
    if kind != "TRIGGER":
        return "()" if cursor.at("(", ")") else ""
    _skip_to(cursor, ("ON",))
    cursor.expect("ON")
    return f" ON {_name(cursor, statement)[1]}"


def _skip_to(cursor: Cursor, keys: tuple[str, ...]) -> None:
    while not cursor.done and cursor.key() not in keys:
        cursor.position += 1
