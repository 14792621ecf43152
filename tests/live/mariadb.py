"""A private MariaDB for the tests: its own data folder and socket, no network, gone when the tests are."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest
from pymysql.connections import Connection
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from refract.sql.writer.base import EMPTY

START_LIMIT = 60.0  # seconds


def program(name: str) -> str:
    """The path of one of MariaDB's programs. Without it: fails where tests must run (CI), else skips."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found:
        return found
    message = f"{name} is not installed: `apt-get install mariadb-server` (Debian, Ubuntu)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def running_server() -> Iterator[str]:
    """Starts a server and yields the path of its socket."""
    # A socket's path must be short: pytest's own temporary folders are not.
    home = Path(tempfile.mkdtemp(prefix="refract-mariadb-"))
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
        with _server_process(home, user) as socket:
            yield socket
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server_process(home: Path, user: str) -> Iterator[str]:
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
