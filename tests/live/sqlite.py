"""A SQLite file as a server of the tests: in WAL mode with its foreign keys on, as Prisma opens it; and as D1 runs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from attrs import frozen

from live.plans import Catalog
from refract.schema.model import Column, Table

BUSY = 5.0  # seconds that a connection waits for another one's transaction: Prisma's default


def connect(file: Path) -> sqlite3.Connection:
    """A connection that sends each script as it is."""
    connection = sqlite3.connect(file, timeout=BUSY, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


@frozen
class SqliteDatabase:
    """A database file."""

    connection: sqlite3.Connection

    def run(self, script: str) -> None:
        self.connection.executescript(script)
        assert not self.connection.in_transaction, "the script leaves a transaction open"
        assert self.answer("PRAGMA foreign_keys") == 1, "the script leaves foreign keys off"

    def answer(self, query: str) -> object:
        row = self.connection.execute(query).fetchone()
        return row[0] if row else None

    def insert(self, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        names = ", ".join(f'"{c.name}"' for c in columns)
        places = ", ".join("?" for _ in columns)
        self.connection.execute("BEGIN")
        self.connection.executemany(f'INSERT INTO "{table.name.name}" ({names}) VALUES ({places})', rows)
        self.connection.execute("COMMIT")

    def catalog(self) -> Catalog:
        tables = [str(name) for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            "tables": [(name, "AUTOINCREMENT" in str(self._text(name))) for name in sorted(tables)],
            "columns": [(t, *row[1:]) for t in tables for row in self.rows(f'PRAGMA table_info("{t}")')],
            "indexes": [
                (t, name, unique, origin, partial, *(part[2] for part in self.rows(f'PRAGMA index_info("{name}")')))
                for t in tables
                for _, name, unique, origin, partial in self.rows(f'PRAGMA index_list("{t}")')
            ],
            "foreign keys": [(t, *row[2:]) for t in tables for row in self.rows(f'PRAGMA foreign_key_list("{t}")')],
            "triggers": self.rows("SELECT name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"),
        }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.execute(query).fetchall()

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {str(name): len(self.rows(f'SELECT 1 FROM "{name}"')) for (name,) in names}

    def _text(self, table: str) -> object:
        return self.answer(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")


class D1Database(SqliteDatabase):
    """A database of Cloudflare D1: each migration is in a transaction, in which foreign keys cannot be turned off."""

    def run(self, script: str) -> None:
        assert "BEGIN;" not in script and "COMMIT;" not in script, "D1 refuses transactions of one's own"
        try:
            self.connection.executescript(f"BEGIN;\n{script}\nCOMMIT;")
        except sqlite3.Error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise


@contextmanager
def new_database(folder: Path, kind: type[SqliteDatabase] = SqliteDatabase) -> Iterator[SqliteDatabase]:
    """An empty database in a folder."""
    with closing(connect(folder / "test.db")) as connection:
        yield kind(connection)
