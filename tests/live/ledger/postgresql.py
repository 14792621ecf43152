"""PostgreSQL for the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import psycopg
from psycopg.types.json import Json

from live.postgresql import catalog
from refract.providers import provider
from refract.schema.model import Column, QualifiedName
from refract.sql.safe.postgresql import LOCK_WAIT


class PostgresqlSession:
    """Each statement prepared on the server, as clients with a cache of statements have it: the stricter way."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        cursor = self._connection.execute(statement.encode(), values, prepare=True)
        return cursor.fetchall() if cursor.description else []

    def insert(self, statement: str, values: Sequence[object], numbered: Column | None) -> object:
        if numbered is None:
            self.rows(statement, values)
            return None
        return self.rows(f'{statement} RETURNING "{numbered.name}"', values)[0][0]

    def transaction(self) -> AbstractContextManager[object]:
        return self._connection.transaction()

    def close(self) -> None:
        self._connection.close()


class PostgresqlStore:
    """One database of a running server."""

    provider = "postgresql"
    lock_wait = LOCK_WAIT / 1000
    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, server: str, database: str) -> None:
        self._where = {"host": server, "user": "refract", "dbname": database}
        self._migrations = psycopg.connect(**self._where, autocommit=True, application_name="migrations")

    def session(self, application: str) -> PostgresqlSession:
        return PostgresqlSession(psycopg.connect(**self._where, autocommit=True, application_name=application))

    def migrate(self, sql: str) -> None:
        self._migrations.execute(sql.encode())

    def catalog(self) -> object:
        return catalog(self._migrations)

    def close(self) -> None:
        """Ends the connection of migrations."""
        self._migrations.close()

    def table(self, name: QualifiedName) -> str:
        return f"{self.quote(name.schema)}.{self.quote(name.name)}"

    def quote(self, name: str) -> str:
        return provider("postgresql").quote(name)

    def skipping_duplicates(self, statement: str) -> str:
        return f"{statement} ON CONFLICT DO NOTHING"

    def parameter(self, column: Column) -> str:
        if column.type.enum is None:
            return "%s"
        return f"CAST(%s::text{'[]' if column.type.is_list else ''} AS {self.table(column.type.enum)}{'[]' if column.type.is_list else ''})"

    def stored(self, value: object, column: Column) -> object:
        if column.type.name == "TIMESTAMPTZ" and isinstance(value, datetime):
            return value.replace(tzinfo=UTC)  # as Prisma Client writes times, whatever the zone of the session is
        return Json(value) if column.type.name in ("JSON", "JSONB") and value is not None else value

    def read(self, value: object, column: Column) -> object:
        if column.type.name == "TIMESTAMPTZ" and isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None)
        return str(value) if column.type.name == "UUID" and value is not None else value

    def code(self, error: Exception) -> str:
        return getattr(error, "sqlstate", None) or type(error).__name__
