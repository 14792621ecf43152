"""Reads a migration, each statement separately, so that an unreadable one does not affect the others."""

from __future__ import annotations

from refract.providers import Provider
from refract.schema.changes import NotFollowed, Reason
from refract.schema.model import Database
from refract.sql.reader import key_indexes, mysql_forms, mysql_grammar
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.dispatch import is_rename, read_statement
from refract.sql.reader.folding import fold
from refract.sql.reader.sqlite_grammar import is_refused
from refract.sql.reader.state import Reading, ReadingState
from refract.sql.reader.tokens import StatementTokens, first_words, statements
from refract.text import Origin, Span

SIZE_LIMIT = 8_000_000
"""Characters. A longer file counts as one statement that is not read."""


def read_migration(sql: str, path: str, before: Database, provider: Provider) -> Reading:
    """What the migration in `sql` changes in the database `before` it. Any text can be read; `path` names it."""
    session = ReadingState(sql, before, provider)
    if len(sql) > SIZE_LIMIT:
        return Reading((too_large(first_words(sql), path),), before, 1)
    count = 0
    redefines = "_prisma_new_" in sql
    for statement in statements(sql, provider.name):
        count += 1
        session.begin(Origin(path, "", Span(statement.start, statement.end)))
        read_next(statement, sql, session, redefines)
    database = session.end()
    changes = fold(session.changes, before, database, provider)
    return Reading(changes, database, count)


def read_next(statement: StatementTokens, sql: str, session: ReadingState, redefines: bool) -> None:
    """Read the next statement; an unreadable one is kept as written."""
    found = mysql_forms.plain(statement.tokens) if session.traits.changes_delimiter else statement.tokens
    cursor = Cursor(sql, found, session.kept_names)
    if session.traits.is_transact_sql:
        _skip_wrapper(cursor)
        scaffolding = redefines and cursor.key() in _SCAFFOLDING
        if cursor.done or (scaffolding and not is_rename(cursor)):
            return
    if session.traits.is_sqlite and is_refused(cursor):
        session.refuse()
        return
    if session.traits.changes_delimiter and mysql_grammar.is_refused(found, sql):
        session.refuse()
        return
    read_statement(sql, found[cursor.position :], session)
    if session.traits.foreign_keys_make_indexes:
        key_indexes.settle(session)


def too_large(summary: str, path: str) -> NotFollowed:
    """A file that is too large to be read, as one statement."""
    return NotFollowed(summary=summary, sql="", reason=Reason.TOO_LARGE, origin=Origin(path, "", Span(0, 0)))


_SCAFFOLDING = ("DECLARE", "IF", "EXEC", "SELECT")
"""What Prisma writes around a table that it rebuilds (SQL Server): it looks for constraints and drops them."""

_WRAPPERS = (
    ("BEGIN", "TRY"), ("END", "TRY"), ("BEGIN", "CATCH"), ("END", "CATCH"), ("BEGIN", "TRANSACTION"), ("BEGIN", "TRAN"),
    ("COMMIT", "TRANSACTION"), ("COMMIT", "TRAN"), ("ROLLBACK", "TRANSACTION"), ("ROLLBACK", "TRAN"), ("THROW",),
    ("IF", "@@TRANCOUNT", ">", "0", "BEGIN"), ("END",),
)  # fmt: skip


def _skip_wrapper(cursor: Cursor) -> None:
    """Prisma's BEGIN TRY, BEGIN TRAN ... END CATCH around every migration."""
    while any(cursor.accept(*words) for words in _WRAPPERS):
        pass
