"""What a runbook asks is run on real servers: its queries answer as it says, its backup is one, before and after."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.test_runbook import FIXTURES, INIT_NAME, Release, run, written
from live import mariadb
from live.postgresql import new_database, running_server
from parts import program

_BLOCK = re.compile(r"This answers (.+?):\n\n  ```sql\n(.*?)  ```", re.DOTALL)
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
    return [(answer, "\n".join(line[2:] for line in sql.splitlines())) for answer, sql in _BLOCK.findall(text)]


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
                expected = {"no row": [], "who waits": [], "`t`": [(True,)]}.get(answer)
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
                assert list(cursor.fetchall()) == ([] if answer == "no row" else [(int(answer),)])
            mariadb.run_script(cursor, sql)
        for _, question in (*_asked(during), *_asked(after)):
            cursor.execute(question)
            cursor.fetchall()
