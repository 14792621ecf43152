"""A private MariaDB for the tests: its own data folder and socket, no network, gone when the tests are."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest
from attrs import frozen
from pymysql.connections import Connection
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from live.plans import Catalog
from parts import program
from refract.schema.model import Column, Table
from refract.sql.writer.base import EMPTY

START_LIMIT = 60.0  # seconds
_MEMORY = Path("/dev/shm")


@contextmanager
def running_server(options: Sequence[str] = ()) -> Iterator[str]:
    """Starts a server and yields the path of its socket."""
    # A socket's path must be short: pytest's own temporary folders are not.
    home = Path(tempfile.mkdtemp(prefix="refract-mariadb-", dir=_MEMORY if _MEMORY.is_dir() else None))
    user = getpass.getuser()
    try:
        subprocess.run(
            [
                program("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={home / 'data'}",
                f"--user={user}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            capture_output=True,
            timeout=START_LIMIT,
        )
        with _server_process(home, user, options) as socket:
            yield socket
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server_process(home: Path, user: str, options: Sequence[str]) -> Iterator[str]:
    socket = home / "socket"
    log = home / "log"
    arguments = [
        program("mariadbd"),
        "--no-defaults",
        f"--datadir={home / 'data'}",
        f"--socket={socket}",
        f"--tmpdir={socket.parent}",  # servers that share one delete each other's temporary tables
        f"--pid-file={home / 'pid'}",
        f"--user={user}",
        "--skip-networking",
        # Nothing has to outlive the server, so nothing has to reach the disk.
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--skip-log-bin",
        *options,
    ]
    with log.open("wb") as output, subprocess.Popen(arguments, stdout=output, stderr=output) as process:
        try:
            _wait_until_it_answers(process, log)
            yield str(socket)
        finally:
            process.terminate()
            try:
                process.wait(timeout=START_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_it_answers(process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        if "ready for connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    pytest.fail(f"MariaDB did not start:\n{log.read_text(errors='replace')[-4000:]}")


@contextmanager
def empty_database(socket: str, name: str, collation: str = "utf8mb4_unicode_ci") -> Iterator[Cursor]:
    """A cursor in the new database `name`, which is dropped at the end. It takes scripts of many statements."""
    with connect(socket) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE {collation}")
        cursor.execute(f"USE `{name}`")
        try:
            yield cursor
        finally:
            cursor.execute(f"DROP DATABASE `{name}`")


def connect(socket: str, database: str | None = None) -> Connection[Cursor]:
    """A connection that takes scripts of many statements, as Prisma sends a migration."""
    return pymysql.connect(
        unix_socket=socket,
        user="root",
        database=database,
        autocommit=True,
        charset="utf8mb4",
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


def run_script(cursor: Cursor, script: str) -> None:
    """Runs every statement of `script`. Raises pymysql.Error at the first that fails."""
    if script.strip() == EMPTY:
        return
    cursor.execute(script)
    while cursor.nextset():
        pass


@frozen
class MariadbDatabase:
    """A database of the server."""

    cursor: Cursor

    def run(self, script: str) -> None:
        run_script(self.cursor, script)

    def answer(self, query: str) -> object:
        self.cursor.execute(query)
        row = self.cursor.fetchone()
        return row[0] if row else None

    def insert(self, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        names = ", ".join(f"`{c.name}`" for c in columns)
        places = ", ".join("%s" for _ in columns)
        self.cursor.executemany(f"INSERT INTO `{table.name.name}` ({names}) VALUES ({places})", rows)

    def catalog(self) -> Catalog:
        return {name: self._rows(query) for name, query in _QUERIES.items()}

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        self.cursor.execute(query)
        return sorted(self.cursor.fetchall(), key=repr)


_QUERIES = {
    "columns": "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name "
    "FROM information_schema.columns WHERE table_schema = DATABASE()",
    "indexes": "SELECT table_name, index_name, non_unique, index_type, seq_in_index, column_name, sub_part "
    # The server makes an index for a foreign key whose columns have none, under the key's name, and keeps it when that
    # goes. No migration says so, and the next foreign key takes it over.
    "FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name NOT LIKE '%\\_fkey'",
    "foreign keys": "SELECT r.table_name, r.constraint_name, r.referenced_table_name, r.delete_rule, r.update_rule, "
    "k.column_name, k.referenced_column_name FROM information_schema.referential_constraints r "
    "JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema "
    "AND k.table_name = r.table_name AND k.constraint_name = r.constraint_name WHERE r.constraint_schema = DATABASE()",
    "checks": "SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints "
    "WHERE constraint_schema = DATABASE()",
    "triggers": "SELECT trigger_name, event_manipulation, action_timing, action_statement "
    "FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "procedures": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
    "views": "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()",
}
