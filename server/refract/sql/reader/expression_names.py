"""The name of a column that is an expression, as PostgreSQL's `FigureColname` finds it."""

from __future__ import annotations

from refract.sql.reader.cursor import unquoted
from refract.sql.reader.tokens import QUOTED, SqlToken, tokens

_WORDS = {"COALESCE", "GREATEST", "LEAST", "NULLIF", "CASE", "ARRAY"}
_SYSTEM_NAMES = {"TRIM": "btrim"}


def name_of_expression(sql: str) -> str:
    """A function's name, a column's, or that of the type in a cast; empty if the expression has none."""
    found = _unwrapped(tokens(sql, "postgresql"))
    if not found:
        return ""
    end = _end_of_operand(found)
    if end < len(found) and found[end].key == "COLLATE":
        found = found[:end]
    if end == len(found) or found[end].key == "COLLATE":
        return _name_of_operand(found[:end], sql)
    if found[end].key == "::" and all(token.key != ")" or token is found[-1] for token in found[end:]):
        return _name_of_operand(found[:end], sql) or _text(found[end + 1], sql)
    return ""


def _unwrapped(found: list[SqlToken]) -> list[SqlToken]:
    while len(found) > 1 and found[0].key == "(" and _closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return found


def _closing(found: list[SqlToken], at: int) -> int:
    depth = 0
    for index in range(at, len(found)):
        depth += (found[index].key == "(") - (found[index].key == ")")
        if depth == 0:
            return index
    return len(found) - 1


def _end_of_operand(found: list[SqlToken]) -> int:
    """Where the first operand ends: a name with dots, with arguments if it is a function, or a group."""
    if found[0].key == "CASE":
        return len(found)
    at = 0
    while at + 2 < len(found) and found[at + 1].key == ".":
        at += 2
    if found[at].key == "(":
        return _closing(found, at) + 1
    if at + 1 < len(found) and found[at + 1].key == "(":
        return _closing(found, at + 1) + 1
    return at + 1


def _name_of_operand(found: list[SqlToken], sql: str) -> str:
    if not found:
        return ""
    if found[0].key == "(":
        inner = _unwrapped(found)
        return name_of_expression(sql[inner[0].start : inner[-1].end])
    names = [token for token in found if token.key == QUOTED or token.key[0].isalpha() or token.key[0] == "_"]
    if found[0].key in _WORDS:
        return found[0].key.lower()
    if found[-1].key == ")":
        opening = next(at for at, token in enumerate(found) if token.key == "(")
        called = found[opening - 1]
        return _SYSTEM_NAMES.get(called.key) or _text(called, sql)
    return _text(found[-1], sql) if names and names[0] is found[0] else ""


def _text(token: SqlToken, sql: str) -> str:
    text = sql[token.start : token.end]
    return unquoted(text) if token.key == QUOTED else text.lower()
