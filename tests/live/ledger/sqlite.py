"""SQLite for the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from live.sqlite import SqliteDatabase, connect
from refract.providers import provider
from refract.schema.model import Column, QualifiedName

_JSON = frozenset({"JSON", "JSONB"})


class SqliteSession:
    """One connection, with Prisma's wait for the one writer that there can be."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._connection.execute(statement, tuple(values)).fetchall()

    def insert(self, statement: str, values: Sequence[object], numbered: Column | None) -> object:
        written = statement.replace("() VALUES ()", "DEFAULT VALUES")
        made = self._connection.execute(written, tuple(values)).lastrowid
        return made if numbered else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class SqliteStore:
    """One file. A migration waits for the writer before it as everybody does; `kind` says who runs it."""

    provider = "sqlite"
    lock_wait = 1.0
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, file: Path, kind: type[SqliteDatabase] = SqliteDatabase) -> None:
        self._file = file
        self._live = kind(connect(file))

    def session(self, application: str) -> SqliteSession:
        return SqliteSession(connect(self._file))

    def migrate(self, sql: str) -> None:
        self._live.run(sql)

    def catalog(self) -> object:
        return {name: sorted(rows, key=repr) for name, rows in self._live.catalog().items()}

    def close(self) -> None:
        """Ends the connection of migrations."""
        self._live.connection.close()

    def table(self, name: QualifiedName) -> str:
        return self.quote(name.name)

    def quote(self, name: str) -> str:
        return provider("sqlite").quote(name)

    def skipping_duplicates(self, statement: str) -> str:
        return f"{statement} ON CONFLICT DO NOTHING"

    def parameter(self, column: Column) -> str:
        return "?"

    def stored(self, value: object, column: Column) -> object:
        if column.type.name in _JSON and value is not None:
            return json.dumps(value)
        return value.isoformat() if isinstance(value, datetime) else value

    def read(self, value: object, column: Column) -> object:
        if column.type.name in _JSON and isinstance(value, str | bytes):
            return json.loads(value)
        if column.type.name == "DATETIME" and isinstance(value, str):
            return datetime.fromisoformat(value)
        return bool(value) if column.type.name == "BOOLEAN" and value is not None else value

    def code(self, error: Exception) -> str:
        return getattr(error, "sqlite_errorname", type(error).__name__)
