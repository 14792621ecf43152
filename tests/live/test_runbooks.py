"""The queries and the backup of a runbook run on real servers: each query returns what the page promises."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cli.test_runbook import FIXTURES, INIT_NAME, Release, run, written
from live import mariadb
from live.postgresql import connect, new_database, running_server
from parts import program

_BLOCK = re.compile(r"(?:This must return (.+?)|Blocked queries):\n\n  ```sql\n(.*?)  ```", re.DOTALL)
_CANCEL = re.compile(r"^- To cancel it[^\n]*\n\n  ```sql\n(.*?)  ```", re.DOTALL | re.MULTILINE)
_SHELL = re.compile(r"^  ```sh\n(.*?)  ```", re.DOTALL | re.MULTILINE)


def _of(provider: str) -> list[Path]:
    return [file for file in FIXTURES if Release(file).provider == provider]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


def _parts(text: str) -> tuple[str, str, str, str]:
    _, before, during, after, back = re.split(r"^## \d\. .*$", text, flags=re.MULTILINE)
    return before, during, after, back


def _asked(text: str) -> list[tuple[str, str]]:
    return [
        (answer or "no rows", "\n".join(line[2:] for line in sql.splitlines())) for answer, sql in _BLOCK.findall(text)
    ]


@pytest.mark.parametrize("file", _of("postgresql"), ids=lambda file: file.stem)
def test_postgresql(file: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    before, during, after, _ = _parts(run(*release.migrations).stdout)
    name = f"runbook_{file.stem.replace('-', '_')}"
    with new_database(server, name) as connection:
        connection.execute(release.files[f"prisma/migrations/{INIT_NAME}/migration.sql"])

        def answers(text: str) -> None:
            for answer, sql in _asked(text):
                rows = connection.execute(sql).fetchall()
                expected = {"no rows": [], "`t`": [(True,)]}.get(answer)
                assert rows == ([(int(answer),)] if expected is None else expected), sql

        answers(before)
        monkeypatch.setenv("PATH", f"{Path(program('pg_dump')).parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("PGHOST", server)
        monkeypatch.setenv("DATABASE_URL", f"postgresql://refract@/{name}?schema=public")
        for command in _SHELL.findall(before):
            subprocess.run(["sh", "-c", command], check=True, cwd=tmp_path)
            listed = subprocess.run(
                ["pg_restore", "--list", "before_release.dump"], capture_output=True, check=True, text=True
            )
            tables = set(re.findall(r"TABLE DATA public (\w+)", listed.stdout))
            assert tables == set(re.findall(r'"public"\."(\w+)"', command)) != set()
        for sql in release.migrations.values():
            connection.execute(sql.replace('FROBNICATE "User";', ""))
            answers(during)
        answers(after)
        for sql in _CANCEL.findall(during):
            assert connection.execute(sql).fetchall() == []


def test_a_migration_is_cancelled(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = next(file for file in _of("postgresql") if file.stem == "columns-and-indexes")
    release = written(file, tmp_path, monkeypatch)
    [cancel] = _CANCEL.findall(run(*release.migrations).stdout)
    with new_database(server, "runbook_cancelled") as connection, ThreadPoolExecutor(1) as pool:
        connection.execute("SELECT pg_advisory_lock(72707369)")  # as Prisma does before it migrates
        migration = pool.submit(connection.execute, "SELECT pg_sleep(60)")
        with connect(server, "runbook_cancelled") as other:
            while not other.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'").fetchall():
                time.sleep(0.01)
            assert [cancelled for _, cancelled in other.execute(cancel).fetchall()] == [True]
        with pytest.raises(psycopg.errors.QueryCanceled):
            migration.result()


def test_transactions_are_not_overlooked(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary role does not see the transactions of others: the check must not return no rows for it."""
    file = next(file for file in _of("postgresql") if file.stem == "columns-and-indexes")
    release = written(file, tmp_path, monkeypatch)
    [(_, query)] = [asked for asked in _asked(run(*release.migrations).stdout) if "xact_start" in asked[1]]
    with new_database(server, "runbook_ordinary") as connection:
        assert connection.execute(query).fetchall() == []
        connection.execute("CREATE ROLE ordinary; SET ROLE ordinary")
        [row] = connection.execute(query).fetchall()
        assert "this role cannot see other sessions" in row
        connection.execute("RESET ROLE; DROP ROLE ordinary")


@pytest.mark.parametrize("file", _of("sqlite"), ids=lambda file: file.stem)
def test_sqlite(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    before, _, after, _ = _parts(run(*release.migrations).stdout)
    connection = sqlite3.connect(":memory:")
    connection.executescript(release.files[f"prisma/migrations/{INIT_NAME}/migration.sql"])
    for answer, sql in _asked(before):
        assert connection.execute(sql).fetchall() == [(int(answer),)]
    for sql in release.migrations.values():
        connection.executescript(sql)
    for answer, sql in _asked(after):
        assert connection.execute(sql).fetchall() == [(int(answer),)]


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[str]:
    with mariadb.running_server() as socket:
        yield socket


@pytest.mark.parametrize("file", _of("mysql"), ids=lambda file: file.stem)
def test_mariadb(file: Path, mariadb_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    before, during, after, _ = _parts(run(*release.migrations).stdout)
    with mariadb.empty_database(mariadb_server, f"runbook_{file.stem}") as cursor:
        mariadb.run_script(cursor, release.files[f"prisma/migrations/{INIT_NAME}/migration.sql"])
        for sql in release.migrations.values():
            for answer, question in _asked(before):
                cursor.execute(question)
                assert list(cursor.fetchall()) == ([] if answer == "no rows" else [(int(answer),)])
            mariadb.run_script(cursor, sql)
        for _, question in (*_asked(during), *_asked(after)):
            cursor.execute(question)
            cursor.fetchall()
