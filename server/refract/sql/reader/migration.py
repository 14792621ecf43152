"""Reads a migration, each statement separately, so that an unreadable one does not affect the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from refract.providers import Provider
from refract.schema.changes import Backfill, NotFollowed, Reason
from refract.schema.model import Database
from refract.sql.reader import alter_table, objects, tables
from refract.sql.reader.blocks import block_body, read_block
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.data import VERBS, backfill
from refract.sql.reader.folding import fold
from refract.sql.reader.rows import rows_of
from refract.sql.reader.state import Reading, ReadingState
from refract.sql.reader.tokens import BODY, STRING, SqlToken, StatementTokens, statements, tokens
from refract.text import Origin, Span

SIZE_LIMIT = 8_000_000
"""Characters. A longer file counts as one statement that is not read."""

StatementReader = Callable[[Cursor, ReadingState], None]


def read_migration(sql: str, path: str, before: Database, provider: Provider) -> Reading:
    """What the migration in `sql` changes in the database `before` it. Any text can be read; `path` names it."""
    session = ReadingState(sql, before, provider)
    if len(sql) > SIZE_LIMIT:
        return Reading((too_large(" ".join(sql[:200].split())[:60], path),), before, 1)
    count = 0
    redefines = "_prisma_new_" in sql
    for statement in statements(sql, provider.name):
        count += 1
        session.begin(Origin(path, "", Span(statement.start, statement.end)))
        read_next(statement, sql, session, redefines)
    database = session.draft.database()
    changes = fold(session.changes, before, database, provider)
    return Reading(changes, database, count)


def read_next(statement: StatementTokens, sql: str, session: ReadingState, redefines: bool) -> None:
    """Read the next statement; an unreadable one is kept as written."""
    if not (_read(statement, sql, session, redefines) or _second_opinion(statement, sql, session)):
        session.not_followed()


def _second_opinion(statement: StatementTokens, sql: str, session: ReadingState) -> bool:
    """Whether the statement, however it begins, reads or writes rows. Definitions are not checked."""
    keys = {token.key for token in statement.tokens}
    if keys & _DEFINING or not keys & _ABOUT_ROWS or not session.may_ask():
        return False
    text = sql[statement.start : statement.end]
    found = rows_of(text, session.provider.name, session.schema)
    if found is not None and found.verb:
        session.add(Backfill(verb=found.verb, tables=found.writes, sql=text))
    return found is not None


def too_large(summary: str, path: str) -> NotFollowed:
    """A file that is too large to be read, as one statement."""
    return NotFollowed(summary=summary, sql="", reason=Reason.TOO_LARGE, origin=Origin(path, "", Span(0, 0)))


def _read(statement: StatementTokens, sql: str, session: ReadingState, redefines: bool) -> bool:
    """Whether the statement could be read. Changes made before a failure are kept."""
    cursor = Cursor(sql, statement.tokens, session.folds)
    if session.traits.is_transact_sql:
        _skip_wrapper(cursor)
    if cursor.done:
        return True
    scaffolding = redefines and session.traits.is_transact_sql and cursor.key() in _SCAFFOLDING
    if scaffolding and not _is_rename(cursor):
        return True
    try:
        return _dispatch(cursor, session)
    except UnreadableStatement:
        return False


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


def _is_rename(cursor: Cursor) -> bool:
    """Whether `EXEC [sys.]sp_rename` is next."""
    return "SP_RENAME" in (cursor.key(1), cursor.key(3))


def _dispatch(cursor: Cursor, session: ReadingState) -> bool:
    for words, step in _STEPS:
        if cursor.accept(*words):
            step(cursor, session)
            return True
    word = cursor.key()
    if word == "CREATE" and cursor.key(1) in ("INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED"):
        cursor.position += 1
        objects.create_index(cursor, session)
        return True
    if word in VERBS or word == "WITH":
        backfill(cursor, session)
        return True
    if word in ("EXEC", "EXECUTE") and _is_rename(cursor):
        while cursor.key() != "SP_RENAME":
            cursor.position += 1
        cursor.position += 1
        objects.rename_anything(cursor, session)
        return True
    if word == "DO" and session.traits.do_runs_block:
        return _do(cursor, session)
    if word == "WHILE":
        backfill(cursor, session)
        return True
    if word == "CALL":
        return _call(cursor, session)
    if word == "CREATE" and cursor.key(1) == "PROCEDURE":
        _procedure(cursor, session)
        return True
    if word in ("CREATE", "DROP", "ALTER"):
        return _is_beside_the_model(cursor)
    return word in _HARMLESS


def _is_beside_the_model(cursor: Cursor) -> bool:
    """Whether CREATE, ALTER or DROP is about something that the model does not hold."""
    return any(cursor.key(ahead) in _BESIDE_THE_MODEL for ahead in range(1, 6))


def _do(cursor: Cursor, session: ReadingState) -> bool:
    """An anonymous block: one that defines nothing is a backfill."""
    while not cursor.done and cursor.key() not in (BODY, STRING):
        cursor.position += 1
    body = block_body(cursor.text())
    found = tokens(body, session.provider.name)
    if _defines(found):
        return read_block(body, found, session, _dispatch)
    backfill(Cursor(body, found, session.folds), session)
    return True


def _defines(found: list[SqlToken]) -> bool:
    """Whether a block may change more than rows. Waiting changes nothing."""
    keys = [*(token.key for token in found), ""]
    return any(key in _DEFINING and (key, after) != ("PERFORM", "PG_SLEEP") for key, after in pairwise(keys))


def _procedure(cursor: Cursor, session: ReadingState) -> None:
    """CREATE PROCEDURE: it changes rows only when called, if at all in the same migration."""
    session.procedures.add(_procedure_name(cursor))
    backfill(cursor, session)


def _call(cursor: Cursor, session: ReadingState) -> bool:
    """CALL: of a procedure of this migration, whose rows are known."""
    return _procedure_name(cursor) in session.procedures


def _procedure_name(cursor: Cursor) -> str:
    while not cursor.done and cursor.key() in ("CREATE", "PROCEDURE", "CALL"):
        cursor.position += 1
    return cursor.name("").name if not cursor.done else ""


_ABOUT_ROWS = {"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE"}
_DEFINING = {"CREATE", "ALTER", "DROP", "EXECUTE", "PERFORM", "CALL", "RENAME"}


_STEPS: tuple[tuple[tuple[str, ...], StatementReader], ...] = (
    (("ALTER", "TABLE"), alter_table.alter_table),
    (("CREATE", "TABLE"), tables.create_table),
    (("CREATE", "UNLOGGED", "TABLE"), tables.create_table),
    (("DROP", "TABLE"), tables.drop_table),
    (("RENAME", "TABLE"), tables.rename_tables),
    (("DROP", "INDEX"), objects.drop_index),
    (("ALTER", "INDEX"), objects.alter_index),
    (("CREATE", "TYPE"), objects.create_type),
    (("DROP", "TYPE"), objects.drop_type),
    (("ALTER", "TYPE"), objects.alter_type),
    (("CREATE", "VIEW"), objects.create_view),
    (("CREATE", "OR", "REPLACE", "VIEW"), objects.create_view),
    (("CREATE", "MATERIALIZED", "VIEW"), objects.create_view),
    (("DROP", "VIEW"), objects.drop_view),
    (("DROP", "MATERIALIZED", "VIEW"), objects.drop_view),
    (("CREATE", "SEQUENCE"), objects.create_sequence),
    (("DROP", "SEQUENCE"), objects.drop_sequence),
    (("CREATE", "EXTENSION"), objects.create_extension),
    (("DROP", "EXTENSION"), objects.drop_extension),
    (("CREATE", "SCHEMA"), objects.create_schema),
    (("DROP", "SCHEMA"), objects.drop_schema),
    (("SET", "LOCAL"), objects.set_search_path),
    (("SET", "SESSION"), objects.set_search_path),
    (("SET",), objects.set_search_path),
)
_HARMLESS = frozenset(
    [
        "SELECT",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "START",
        "SAVEPOINT",
        "RELEASE",
        "END",
        "ABORT",
        "GRANT",
        "REVOKE",
        "COMMENT",
        "PRAGMA",
        "ANALYZE",
        "VACUUM",
        "LOCK",
        "UNLOCK",
        "REINDEX",
        "CLUSTER",
        "RESET",
        "SHOW",
        "EXPLAIN",
        "USE",
        "DISCARD",
        "NOTIFY",
        "LISTEN",
        "REFRESH",
        "DECLARE",
        "PRINT",
        "WAITFOR",
        "GO",
        "THROW",
        "FLUSH",
        "OPTIMIZE",
        "CHECKPOINT",
        "VALUES",
        "DEALLOCATE",
    ]
)
_BESIDE_THE_MODEL = frozenset(
    [
        "FUNCTION",
        "PROCEDURE",
        "TRIGGER",
        "POLICY",
        "RULE",
        "AGGREGATE",
        "OPERATOR",
        "CAST",
        "COLLATION",
        "CONVERSION",
        "DOMAIN",
        "ROLE",
        "USER",
        "DATABASE",
        "EVENT",
        "PUBLICATION",
        "SUBSCRIPTION",
        "STATISTICS",
        "SERVER",
        "LANGUAGE",
        "SEQUENCE",
        "VIEW",
        "EXTENSION",
        "PRIVILEGES",
        "TABLESPACE",
        "TRANSFORM",
        "SCHEMA",
        "SYSTEM",
        "LOGIN",
        "SYNONYM",
    ]
)
