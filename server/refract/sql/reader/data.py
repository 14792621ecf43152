"""Statements that change rows."""

from __future__ import annotations

from refract.schema.changes import Backfill
from refract.schema.model import QualifiedName
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.state import ReadingState

VERBS = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "REPLACE", "UPSERT")
_FILLERS = ("INTO", "FROM", "TABLE", "ONLY", "IGNORE", "LOW_PRIORITY", "DELAYED", "TOP")


def backfill(cursor: Cursor, session: ReadingState) -> None:
    """At the verb, or at WITH."""
    start = cursor.position
    verb, tables = "", []
    while not cursor.done:
        word = cursor.one_of(*VERBS)
        if word is None or cursor.key() in ("(", ")", ","):
            cursor.position += word is None
            continue
        if _is_event(cursor):
            continue
        table = _table(cursor, session)
        if table is not None and table not in tables:
            tables.append(table)
            verb = verb or word
    cursor.position = start
    if verb:
        verb = {"REPLACE": "INSERT", "UPSERT": "INSERT"}.get(verb, verb)
        session.add(Backfill(verb=verb, tables=tuple(tables), sql=cursor.rest()))


def _is_event(cursor: Cursor) -> bool:
    """Whether the verb is part of ON UPDATE, DO UPDATE SET, FOR UPDATE."""
    return cursor.key(-2) in ("ON", "DO", "FOR", "THEN") or cursor.key() == "SET"


def _table(cursor: Cursor, session: ReadingState) -> QualifiedName | None:
    if cursor.accept("OR"):
        cursor.position += 1
    while cursor.one_of(*_FILLERS) is not None:
        if cursor.key() == "(":
            cursor.group()
    try:
        return session.table_name(cursor)
    except UnreadableStatement:
        return None
