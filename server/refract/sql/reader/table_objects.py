"""Triggers, policies and rules: kept by their names and tables, which no comparison with a schema shows."""

from __future__ import annotations

from attrs import evolve

from refract.schema.model import ObjectKey, ObjectKind, QualifiedName
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.state import ReadingState

_KINDS = {"TRIGGER": ObjectKind.TRIGGER, "POLICY": ObjectKind.POLICY, "RULE": ObjectKind.RULE}
_NEAR = 9
"""Words before the kind: `CREATE OR REPLACE CONSTRAINT TRIGGER`, `CREATE DEFINER = a @ b TRIGGER`."""


def read_table_object(cursor: Cursor, session: ReadingState) -> bool:
    """At CREATE, ALTER or DROP: whether the statement is about one of these. The cursor stays where it is if not."""
    start, verb = cursor.position, cursor.key()
    for ahead in range(1, _NEAR):
        kind = _KINDS.get(cursor.key(ahead))
        if kind is not None:
            cursor.position += ahead + 1
            _read(verb, kind, cursor, session)
            return True
        if cursor.key(ahead) in ("(", "TABLE", "VIEW", "INDEX", "FUNCTION", "PROCEDURE", "EVENT"):
            break
    cursor.position = start
    return False


def _read(verb: str, kind: ObjectKind, cursor: Cursor, session: ReadingState) -> None:
    cursor.if_exists() or cursor.if_not_exists()
    name = QualifiedName("", cursor.dotted()[-1])
    table = _table(kind, verb, cursor, session)
    if verb == "CREATE":
        session.keep_object(kind, name, cursor.whole(), table)
        return
    held = _held(ObjectKey(kind, name, table), session)
    if held is None:
        return
    found = session.draft.objects.pop(held)
    if verb == "ALTER":
        new = cursor.identifier() if cursor.accept("RENAME", "TO") else name.name
        key = ObjectKey(kind, QualifiedName("", new), held.table)
        session.draft.objects[key] = evolve(found, key=key)


def _table(kind: ObjectKind, verb: str, cursor: Cursor, session: ReadingState) -> QualifiedName | None:
    """The table after ON; of a rule that is created, after TO."""
    word = "TO" if (kind, verb) == (ObjectKind.RULE, "CREATE") else "ON"
    while not cursor.done and cursor.key() != word:
        cursor.position += 1
    return session.table_name(cursor) if cursor.accept(word) else None


def _held(key: ObjectKey, session: ReadingState) -> ObjectKey | None:
    """The object of that name; of any table, if the statement names none (MySQL, SQLite)."""
    if key in session.draft.objects:
        return key
    named = (x for x in session.draft.objects if (x.kind, x.name) == (key.kind, key.name))
    return None if key.table is not None else next(named, None)
