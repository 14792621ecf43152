"""A migration statement by statement, for rules that judge how it is written: transactions, timeouts, clauses."""

from __future__ import annotations

import operator

from attrs import evolve

from refract.providers import Provider
from refract.schema.changes import Backfill, Change, Statement
from refract.schema.model import Database, DatabaseObject, View
from refract.sql.reader.migration import SIZE_LIMIT, read_next, too_large
from refract.sql.reader.rows import with_rows
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import QUOTED, STRING, SqlToken, first_words, statements
from refract.text import Origin, Span

_TWO_WORDS = frozenset({"ALTER", "CREATE", "DROP", "RENAME", "REFRESH", "TRUNCATE", "VACUUM", "REINDEX", "COMMENT"})
_FILLERS = frozenset({
    "UNIQUE", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED", "OR", "REPLACE", "MATERIALIZED", "TEMP", "TEMPORARY",
    "UNLOGGED", "CONSTRAINT", "RECURSIVE",
})  # fmt: skip


def read_statements(sql: str, path: str, before: Database, provider: Provider) -> tuple[Statement, ...]:
    """The statements of the migration in `sql`, in order. Any text can be read; one beyond the size limit is one statement."""
    if len(sql) > SIZE_LIMIT:
        return (unread_statement(first_words(sql), path),)
    session = ReadingState(sql, before, provider)
    redefines = "_prisma_new_" in sql
    found: list[tuple[Statement, list[Change]]] = []
    shared: _Shared = {}
    held: _Held = ((), ())
    for statement in statements(sql, provider.name):
        known, held = len(session.changes), _held(session, held)
        session.begin(Origin(path, "", Span(statement.start, statement.end)))
        read_next(statement, sql, session, redefines)
        made = session.changes[known:]
        # Not the tokens: those of a dump of data cost hundreds of megabytes.
        found.append((_statement(statement.tokens, sql, session, made, held, shared), made))
    kept = {id(change) for change in session.changes}
    return tuple(_without_undone(statement, made, kept) for statement, made in found)


def _without_undone(statement: Statement, made: list[Change], kept: set[int]) -> Statement:
    """The statement with those of its changes that are not rolled back."""
    if all(id(change) in kept for change in made):
        return statement
    both = zip(statement.changes, made, strict=True)
    return evolve(statement, changes=tuple(change for change, before in both if id(before) in kept))


_Shared = dict[tuple[str, ...], tuple[str, ...]]
"""Equal words and names of statements are one value: a dump of data has thousands of them."""

_Held = tuple[tuple[View, ...], tuple[DatabaseObject, ...]]


def _held(session: ReadingState, last: _Held) -> _Held:
    """The views and the other objects that exist now: the same values as last time if they are the same."""
    now = (tuple(session.draft.views.values()), tuple(session.draft.objects.values()))
    return last if all(map(_same, now, last)) else now


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def unread_statement(summary: str, path: str) -> Statement:
    """A file that is too large to be read, as one statement."""
    return Statement(verb="", words=(), changes=(too_large(summary, path),), origin=Origin(path, "", Span(0, 0)))


def _statement(
    found: list[SqlToken], sql: str, session: ReadingState, made: list[Change], held: _Held, shared: _Shared
) -> Statement:
    words = tuple(token.key for token in found if token.key[:1].isalpha())
    names = tuple(sql[token.start + 1 : token.end - 1] for token in found if token.key == QUOTED)
    views, objects = held
    return Statement(
        verb=_verb(words),
        words=shared.setdefault(words, words),
        changes=tuple(_in_full(change, session) for change in made),
        origin=session.statement,
        setting=_setting(found, sql),
        views=views,
        objects=objects,
        names=shared.setdefault(names, names),
    )


def _in_full(change: Change, session: ReadingState) -> Change:
    if not isinstance(change, Backfill) or not session.may_ask():
        return change
    return with_rows(change, session.provider.name, session.schema)


def _verb(words: tuple[str, ...]) -> str:
    if not words:
        return ""
    if words[0] not in _TWO_WORDS:
        return words[0]
    kind = next((word for word in words[1:6] if word not in _FILLERS), "")
    return f"{words[0]} {kind}".rstrip()


def _setting(found: list[SqlToken], sql: str) -> tuple[str, str] | None:
    """What `SET [LOCAL | SESSION | GLOBAL] name {= | TO | nothing} value` sets; the value without its quotes."""
    if found[0].key != "SET":
        return None
    rest = found[2:] if len(found) > 1 and found[1].key in ("LOCAL", "SESSION", "GLOBAL") else found[1:]
    sign = next((at for at, token in enumerate(rest) if token.key in ("=", "TO")), None)
    name, value = (rest[:1], rest[1:]) if sign is None else (rest[:sign], rest[sign + 1 :])
    if not name or not value:
        return None
    return _text(name, sql).lower().lstrip("@").removeprefix("session."), _text(value, sql)


def _text(found: list[SqlToken], sql: str) -> str:
    text = sql[found[0].start : found[-1].end]
    return text[1:-1] if len(found) == 1 and found[0].key == STRING else text
