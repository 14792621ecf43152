"""Which statement is read by what: each by the words that it begins with."""

from __future__ import annotations

from collections.abc import Callable

from refract.schema.changes import Backfill
from refract.schema.model import ObjectKind
from refract.sql.reader import alter_table, namespaces, objects, sequences, tables
from refract.sql.reader.blocks import run_block, run_call
from refract.sql.reader.cursor import Cursor, UnreadableStatement, body_text
from refract.sql.reader.data import VERBS, backfill
from refract.sql.reader.numbered import alter_sequence
from refract.sql.reader.routines import changing_call, declare_routine
from refract.sql.reader.rows import rows_of
from refract.sql.reader.state import ReadingState
from refract.sql.reader.table_objects import read_table_object
from refract.sql.reader.tokens import BODY, STRING, SqlToken, tokens
from refract.sql.reader.transactions import TRANSACTION_WORDS, control_transaction

StatementReader = Callable[[Cursor, ReadingState], None]


def read_statement(sql: str, found: list[SqlToken], session: ReadingState) -> None:
    """Read one statement, whose tokens in `sql` are given. One that cannot be read is kept as written."""
    if not found or read_definition(Cursor(sql, found, session.kept_names), session):
        return
    if not reads_rows(sql, found, session):
        session.not_followed(text=sql[found[0].start : found[-1].end])


def read_definition(cursor: Cursor, session: ReadingState) -> bool:
    """Whether the statement could be read. Changes made before a failure are kept."""
    try:
        return _dispatch(cursor, session)
    except UnreadableStatement:
        return False


def reads_rows(sql: str, found: list[SqlToken], session: ReadingState) -> bool:
    """Whether the statement, however it begins, reads or writes rows. Definitions are not checked."""
    keys = {token.key for token in found}
    if keys & _DEFINING or not keys & _ABOUT_ROWS or not session.may_ask():
        return False
    text = sql[found[0].start : found[-1].end]
    effects = rows_of(text, session.provider.name, session.schema)
    if effects is not None and effects.verb:
        session.add(Backfill(verb=effects.verb, tables=effects.writes, sql=text))
    return effects is not None


def is_rename(cursor: Cursor) -> bool:
    """Whether `EXEC [sys.]sp_rename` is next."""
    return "SP_RENAME" in (cursor.key(1), cursor.key(3))


def _dispatch(cursor: Cursor, session: ReadingState) -> bool:
    if session.traits.keeps_numbering and alter_sequence(cursor, session):
        return True
    for words, step in _STEPS:
        if cursor.accept(*words):
            step(cursor, session)
            return True
    word = cursor.key()
    if word == "CREATE" and cursor.key(1) in ("INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED"):
        cursor.position += 1
        objects.create_index(cursor, session)
        return True
    if word in TRANSACTION_WORDS:
        return control_transaction(cursor, session)
    if word in ("SELECT", "VALUES", "CALL", "WITH") or word in VERBS:
        return _about_rows(cursor, session)
    if word in ("EXEC", "EXECUTE") and is_rename(cursor):
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
    if word in ("CREATE", "DROP", "ALTER"):
        return read_table_object(cursor, session) or _is_beside_the_model(cursor)
    return word in _HARMLESS


def _is_beside_the_model(cursor: Cursor) -> bool:
    """Whether CREATE, ALTER or DROP is about something that the model does not hold, and takes nothing with it."""
    if cursor.key() == "DROP" and cursor.ends_with("CASCADE"):
        return False
    return any(cursor.key(ahead) in _BESIDE_THE_MODEL for ahead in range(1, 6))


def _about_rows(cursor: Cursor, session: ReadingState) -> bool:
    """A statement about rows; perhaps one that calls a function which changes the model."""
    if cursor.key() == "SELECT" and "set_config" in cursor.sql:
        namespaces.set_config(cursor, session)
        cursor.position = 0
    call = changing_call(cursor, session)
    if call is not None and (cursor.key() in VERBS or not run_call(call, session, read_statement)):
        session.not_followed(text=cursor.whole())
        return True
    start = cursor.position
    if cursor.key() in ("SELECT", "WITH") and tables.select_into(cursor, session):
        return True
    cursor.position = start
    if cursor.key() in VERBS or cursor.key() == "WITH":
        backfill(cursor, session)
    return cursor.key() != "CALL" or call is not None or _is_defined(cursor, session)


def _is_defined(cursor: Cursor, session: ReadingState) -> bool:
    """CALL of a procedure that a migration has defined, so that its rows are known."""
    cursor.position += 1
    name = session.name(cursor)
    return any(key.name.name == name.name for key in session.draft.objects)


def _do(cursor: Cursor, session: ReadingState) -> bool:
    """An anonymous block."""
    while not cursor.done and cursor.key() not in (BODY, STRING):
        cursor.position += 1
    body = body_text(cursor.text())
    if run_block(body, session, read_statement):
        return True
    found = tokens(body, session.provider.name)
    if any(token.key in _DEFINING for token in found):
        return False
    backfill(Cursor(body, found, session.kept_names), session)
    return True


def _create_schema(cursor: Cursor, session: ReadingState) -> None:
    namespaces.create_schema(cursor, session, read_statement)


def _unknown_block(cursor: Cursor, session: ReadingState) -> None:
    """A block of MariaDB outside a routine."""
    session.not_followed(text=cursor.whole())


def _alter_database(cursor: Cursor, session: ReadingState) -> None:
    """On MySQL it sets the collation of tables that follow."""
    if session.traits.foreign_keys_make_indexes:
        session.not_followed(text=cursor.whole())


def _declares(kind: ObjectKind) -> StatementReader:
    return lambda cursor, session: declare_routine(cursor, session, kind)


_ABOUT_ROWS = {"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE"}
_DEFINING = {"CREATE", "ALTER", "DROP", "EXECUTE", "PERFORM", "CALL", "RENAME"}


_STEPS: tuple[tuple[tuple[str, ...], StatementReader], ...] = (
    (("ALTER", "TABLE"), alter_table.alter_table),
    (("CREATE", "TABLE"), tables.create_table),
    (("CREATE", "UNLOGGED", "TABLE"), tables.create_table),
    (("CREATE", "TEMP", "TABLE"), tables.create_table),
    (("CREATE", "TEMPORARY", "TABLE"), tables.create_table),
    (("CREATE", "LOCAL", "TEMP", "TABLE"), tables.create_table),
    (("CREATE", "LOCAL", "TEMPORARY", "TABLE"), tables.create_table),
    (("CREATE", "GLOBAL", "TEMP", "TABLE"), tables.create_table),
    (("CREATE", "GLOBAL", "TEMPORARY", "TABLE"), tables.create_table),
    (("CREATE", "OR", "REPLACE", "TABLE"), tables.replace_table),
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
    (("CREATE", "RECURSIVE", "VIEW"), objects.create_view),
    (("CREATE", "OR", "REPLACE", "RECURSIVE", "VIEW"), objects.create_view),
    (("CREATE", "OR", "ALTER", "VIEW"), objects.create_view),
    (("CREATE", "TEMP", "VIEW"), objects.create_view),
    (("CREATE", "TEMPORARY", "VIEW"), objects.create_view),
    (("CREATE", "OR", "REPLACE", "TEMP", "VIEW"), objects.create_view),
    (("CREATE", "OR", "REPLACE", "TEMPORARY", "VIEW"), objects.create_view),
    (("ALTER", "VIEW"), objects.alter_view),
    (("ALTER", "MATERIALIZED", "VIEW"), objects.alter_view),
    (("DROP", "VIEW"), objects.drop_view),
    (("DROP", "MATERIALIZED", "VIEW"), objects.drop_view),
    (("CREATE", "SEQUENCE"), sequences.create_sequence),
    (("CREATE", "UNLOGGED", "SEQUENCE"), sequences.create_sequence),
    (("ALTER", "SEQUENCE"), sequences.alter_sequence),
    (("DROP", "SEQUENCE"), sequences.drop_sequence),
    (("CREATE", "EXTENSION"), objects.create_extension),
    (("DROP", "EXTENSION"), objects.drop_extension),
    (("CREATE", "FUNCTION"), _declares(ObjectKind.FUNCTION)),
    (("CREATE", "OR", "REPLACE", "FUNCTION"), _declares(ObjectKind.FUNCTION)),
    (("CREATE", "PROCEDURE"), _declares(ObjectKind.PROCEDURE)),
    (("CREATE", "OR", "REPLACE", "PROCEDURE"), _declares(ObjectKind.PROCEDURE)),
    (("CREATE", "SCHEMA"), _create_schema),
    (("DROP", "SCHEMA"), namespaces.drop_schema),
    (("ALTER", "SCHEMA"), namespaces.alter_schema),
    (("CREATE", "DOMAIN"), objects.create_domain),
    (("ALTER", "DOMAIN"), objects.alter_domain),
    (("DROP", "DOMAIN"), objects.drop_domain),
    (("DROP", "FUNCTION"), objects.drop_routine),
    (("DROP", "PROCEDURE"), objects.drop_routine),
    (("DROP", "ROUTINE"), objects.drop_routine),
    (("BEGIN", "NOT", "ATOMIC"), _unknown_block),
    (("ALTER", "DATABASE"), _alter_database),
    (("RESET",), namespaces.reset_search_path),
    (("SET", "LOCAL"), namespaces.set_setting),
    (("SET", "SESSION"), namespaces.set_setting),
    (("SET",), namespaces.set_setting),
)
_HARMLESS = frozenset(
    [
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
