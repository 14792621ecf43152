"""MariaDB for the ledger."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from live.mariadb import MariadbDatabase, connect
from refract.providers import provider
from refract.schema.model import Column, QualifiedName
from refract.sql.safe.mysql import LOCK_WAIT, ROW_WAIT

GAVE_UP = 1205  # what a migration of a plan ends with when somebody uses its table for longer than it waits
TRIES = 20


class MariadbSession:
    """One connection; isolation and waits are the server's own, as they are for Prisma Client."""

    def __init__(self, connection: Connection[Cursor]) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        self._cursor.execute(statement, tuple(values))
        return list(self._cursor.fetchall()) if self._cursor.description else []

    def insert(self, statement: str, values: Sequence[object], numbered: Column | None) -> object:
        self.rows(statement, values)
        return self._cursor.lastrowid if numbered else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()


class MariadbStore:
    """One database of a running server."""

    provider = "mysql"
    lock_wait = float(LOCK_WAIT + ROW_WAIT)
    errors: tuple[type[Exception], ...] = (pymysql.err.Error,)

    def __init__(self, server: str, database: str) -> None:
        self._server, self._database = server, database
        self._migrations = connect(server, database)
        self._live = MariadbDatabase(self._migrations.cursor())
        self.again = 0

    def session(self, application: str) -> MariadbSession:
        return MariadbSession(connect(self._server, self._database))

    def migrate(self, sql: str) -> None:
        """Runs a migration; again, as its comment says, where it gave up because somebody used the table for long."""
        for _ in range(TRIES):
            try:
                self._live.run(sql)
                return
            except pymysql.err.OperationalError as error:
                if error.args[0] != GAVE_UP:
                    raise
                self.again += 1
                time.sleep(0.2)
        self._live.run(sql)

    def catalog(self) -> object:
        return self._live.catalog()

    def close(self) -> None:
        """Ends the connection of migrations."""
        self._migrations.close()

    def table(self, name: QualifiedName) -> str:
        return self.quote(name.name)

    def quote(self, name: str) -> str:
        return provider("mysql").quote(name)

    def skipping_duplicates(self, statement: str) -> str:
        return statement.replace("INSERT", "INSERT IGNORE", 1)

    def parameter(self, column: Column) -> str:
        return "%s"

    def stored(self, value: object, column: Column) -> object:
        return json.dumps(value) if column.type.name == "JSON" and value is not None else value

    def read(self, value: object, column: Column) -> object:
        if column.type.name == "JSON" and isinstance(value, str):
            return json.loads(value)
        if column.type.name == "BOOLEAN" and value is not None:
            return bool(value)
        return float(value) if isinstance(value, Decimal) else value

    def code(self, error: Exception) -> str:
        return str(error.args[0]) if error.args else type(error).__name__
