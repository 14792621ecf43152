"""What SQL that is run by hand would destroy: tables, columns, rows. It is not followed, only looked at.

A migration is judged by the rules. This is for SQL that no migration holds, such as that of `psql -c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refract.escaping import code_span
from refract.sql.reader.tokens import BODY, NUMBER, QUOTED, STRING, SqlToken, statements

LONGEST = 2_000_000
"""Characters of SQL that are looked at."""

_DROPPED = ("TABLE", "DATABASE", "SCHEMA", "COLUMN", "TYPE", "OWNED", "SEQUENCE", "KEYSPACE")
_NOT_DROPPED_BY_ALTER = frozenset(
    {"CONSTRAINT", "DEFAULT", "NOT", "INDEX", "KEY", "FOREIGN", "CHECK", "IDENTITY", "EXPRESSION", "POLICY"}
)
_BEFORE_NAME = frozenset({"IF", "EXISTS", "ONLY", "FROM", "TABLE", "CONCURRENTLY", "LOW_PRIORITY", "IGNORE", "QUICK"})
_META = re.compile(r"^\s*(?:\\|\.[a-z]).*$", re.MULTILINE)  # commands of a client: `\dt`, `.mode csv`
_EXPLAINED = ("EXPLAIN", "DESCRIBE", "DESC", "SHOW", "SELECT", "CREATE", "COMMENT", "GRANT", "INSERT", "SET", "VALUES")


def losses(sql: str, provider: str = "postgresql") -> tuple[str, ...]:
    """What the SQL would destroy, a sentence each; nothing if it is rolled back in the end."""
    text = _META.sub("", sql[:LONGEST])
    read = [statement.tokens for statement in statements(text, provider)]
    if read and read[-1][0].key in ("ROLLBACK", "ABORT") and not any(s[0].key in ("COMMIT", "END") for s in read):
        return ()
    return tuple(dict.fromkeys(loss for statement in read for loss in _losses(statement, text, provider)))


def _losses(statement: Sequence[SqlToken], sql: str, provider: str) -> Iterator[str]:
    first = statement[0].key
    if first == "DO":
        for body in (sql[token.start : token.end] for token in statement if token.key == BODY):
            yield from losses(body.strip("$"), provider)
    if first == "EXPLAIN" and not any(token.key in ("ANALYZE", "ANALYSE") for token in statement):
        return
    if first in _EXPLAINED and first not in ("EXPLAIN", "CREATE", "INSERT"):
        return
    top = tuple(_top(statement))
    for at, token in enumerate(top):
        if loss := _loss(token.key, top[at + 1 :], top[:at], sql):
            yield loss


def _loss(key: str, rest: Sequence[SqlToken], before: Sequence[SqlToken], sql: str) -> str:
    starts = not before or before[0].key in ("WITH", "EXPLAIN", "BEGIN", "IF", "THEN", "ELSE", "LOOP")
    altered = bool(before) and before[0].key == "ALTER"
    if key == "DROP":
        return _drop(rest, altered, sql) if starts or altered else ""
    if key == "TRUNCATE" and (starts or altered):
        return f"deletes all rows of {_name(rest, sql)}"
    if key == "DELETE" and starts and not _is_limited(rest):
        return f"deletes all rows of {_name(rest, sql)}"
    if key == "UPDATE" and starts and not _is_limited(rest) and any(token.key == "SET" for token in rest):
        return f"overwrites all rows of {_name(rest, sql)}"
    return ""


def _drop(rest: Sequence[SqlToken], altered: bool, sql: str) -> str:
    kind = rest[0].key if rest else ""
    if kind in _DROPPED:
        return f"drops {kind.lower()} {_name(rest[1:], sql)}"
    if kind == "MATERIALIZED" or (not altered and rest and rest[-1].key == "CASCADE"):
        return f"drops {_name(rest[1:], sql)}, and what depends on it" if kind != "MATERIALIZED" else ""
    if altered and kind and kind not in _NOT_DROPPED_BY_ALTER:
        return f"drops column {_name(rest, sql)}"
    return ""


def _is_limited(rest: Sequence[SqlToken]) -> bool:
    """Whether a WHERE leaves out any row: `WHERE true` and `WHERE 1 = 1` do not."""
    where = next((at for at, token in enumerate(rest) if token.key == "WHERE"), None)
    if where is None:
        return any(token.key in ("USING", "LIMIT") for token in rest)
    return not all(token.key in (NUMBER, "TRUE", "=", STRING, ";") for token in rest[where + 1 :])


def _name(rest: Sequence[SqlToken], sql: str) -> str:
    """The name of the object, with its schema."""
    parts: list[str] = []
    for token in rest:
        if token.key in _BEFORE_NAME and not parts:
            continue
        if token.key not in (QUOTED, ".") and not (token.key[0].isalpha() or token.key[0] == "_"):
            break
        if parts and parts[-1] != "." and token.key != ".":
            break
        parts.append(sql[token.start : token.end])
    return code_span("".join(part.strip('"`[]') for part in parts)) if parts else "a table"


def _top(statement: Sequence[SqlToken]) -> Iterator[SqlToken]:
    """The tokens outside of parentheses, and the first words inside, where WITH keeps its statements."""
    depth = 0
    for at, token in enumerate(statement):
        if token.key in "()":
            depth += 1 if token.key == "(" else -1
        elif not depth:
            yield token
        elif token.key in ("DELETE", "UPDATE", "DROP", "TRUNCATE") and statement[at - 1].key == "(":
            yield from _inner(statement, at)


def _inner(statement: Sequence[SqlToken], start: int) -> Iterator[SqlToken]:
    depth = 0
    for token in statement[start:]:
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        if depth < 0:
            return
        yield token
