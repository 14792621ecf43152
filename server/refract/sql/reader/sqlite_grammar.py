"""What SQLite's grammar refuses, though another database knows it: such a statement changes nothing.

Only forms that are surely errors are refused. Whether a valid statement can run on the rows of a table is for rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.tokens import NUMBER, STRING

_STATEMENTS = frozenset({
    "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "CREATE", "DELETE", "DETACH", "DROP", "END", "EXPLAIN", "INSERT",
    "PRAGMA", "REINDEX", "RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT", "SELECT", "UPDATE", "VACUUM", "VALUES", "WITH",
})  # fmt: skip
_TEMPORARY = ("TEMP", "TEMPORARY")
_CREATED = frozenset({"TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "VIRTUAL"})
_DROPPED = ("TABLE", "INDEX", "VIEW", "TRIGGER")
_NOT_COLUMNS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX", "IF", "("})
_NO_TYPE = frozenset({"[", "]", "=", "::", ":"})
"""Symbols that no column definition has outside parentheses."""


def is_refused(cursor: Cursor) -> bool:
    """Whether SQLite has no such statement. The cursor stays where it is."""
    start = cursor.position
    try:
        return _is_refused(cursor)
    except UnreadableStatement:
        return False
    finally:
        cursor.position = start


def more_words(cursor: Cursor) -> Iterator[str]:
    """SQLite takes any words for a type."""
    while not cursor.done and cursor.key() not in _ENDS_TYPE and (cursor.key()[:1].isalpha() or cursor.key() == STRING):
        yield cursor.text()
        cursor.position += 1


_ENDS_TYPE = frozenset({
    "NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED", "AS", "ON",
})  # fmt: skip


def _is_refused(cursor: Cursor) -> bool:
    word = cursor.key()
    if word not in _STATEMENTS:
        return word != ""
    cursor.position += 1
    check = _CHECKS.get(word)
    return check is not None and check(cursor)


def _alter(cursor: Cursor) -> bool:
    if not cursor.accept("TABLE") or cursor.key() == "IF":
        return True
    cursor.dotted()
    act = cursor.one_of("RENAME", "ADD", "DROP")
    if act is None or len(cursor.ahead().items()) > 1:
        return True
    return {"RENAME": _rename, "ADD": _add, "DROP": _drop_column}[act](cursor)


def _rename(cursor: Cursor) -> bool:
    if not cursor.accept("TO"):
        cursor.accept("COLUMN")
        cursor.identifier()
        if not cursor.accept("TO"):
            return True
    cursor.identifier()
    return not cursor.done


def _add(cursor: Cursor) -> bool:
    cursor.accept("COLUMN")
    return cursor.key() in _NOT_COLUMNS or _is_key(cursor) or _is_bad_definition(cursor)


def _is_key(cursor: Cursor) -> bool:
    """Whether a new column is to be unique or the key, which SQLite refuses even if the table is empty."""
    depth = 0
    for at in range(1, cursor.rest_length):  # after the name
        word = cursor.key(at)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("UNIQUE", "PRIMARY"):
            return True
    return False


def _drop_column(cursor: Cursor) -> bool:
    cursor.accept("COLUMN")
    if cursor.key() in _NOT_COLUMNS:
        return True
    cursor.identifier()
    return not cursor.done


def _drop(cursor: Cursor) -> bool:
    if cursor.one_of(*_DROPPED) is None:
        return True
    cursor.if_exists()
    cursor.dotted()
    return not cursor.done


def _create(cursor: Cursor) -> bool:
    cursor.one_of(*_TEMPORARY)
    if cursor.key() not in _CREATED:
        return True
    if cursor.accept("TABLE"):
        return _create_table(cursor)
    unique = cursor.accept("UNIQUE")
    return (_create_index(cursor) if cursor.accept("INDEX") else unique) if unique or cursor.key() == "INDEX" else False


def _create_table(cursor: Cursor) -> bool:
    cursor.if_not_exists()
    cursor.dotted()
    if cursor.key() != "(":
        return cursor.key() != "AS"
    items = cursor.group().items()
    options = [" ".join(item.rest().upper().split()) for item in cursor.items()]
    if any(option not in ("STRICT", "WITHOUT ROWID") for option in options):
        return True
    return not items or any(item.key() == "INDEX" or _is_bad_definition(item) for item in items)


def _create_index(cursor: Cursor) -> bool:
    cursor.if_not_exists()
    cursor.dotted()
    if not cursor.accept("ON"):
        return True
    cursor.identifier()
    if cursor.key() != "(":
        return True
    prefixes = any(
        item.key(1) == "(" and item.key(2) == NUMBER and item.key(3) == ")" for item in cursor.group().items()
    )
    return prefixes or not (cursor.done or cursor.key() == "WHERE")


def _is_bad_definition(item: Cursor) -> bool:
    """Whether a column cannot be defined like this."""
    words, depth = [item.key(at) for at in range(item.rest_length)], 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _NO_TYPE:
            return True
        if depth == 0 and word == "DEFAULT" and at > 0 and words[at - 1] != "SET" and _is_bad_default(words[at + 1 :]):
            return True
        if depth == 0 and word == "GENERATED" and words[at + 1 : at + 2] not in (["ALWAYS"], []):
            return True
    return False


def _is_bad_default(words: list[str]) -> bool:
    """Whether what follows DEFAULT is updated too, as in MySQL. (Calls and sums fail as well, but Prisma writes them.)"""
    return words[1:3] == ["ON", "UPDATE"]


_CHECKS: dict[str, Callable[[Cursor], bool]] = {"ALTER": _alter, "CREATE": _create, "DROP": _drop}
