"""Migrations that are no plain text: huge, in another encoding, no files at all. They end in bounded time with a word."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract.reading import MAX_BYTES
from refract.sql.reader import SIZE_LIMIT
from small_projects import HEAD, USER, commit, write

Refract = Callable[..., Result]

FOLDER = "prisma/migrations/20240102000000_odd"
MANY = 10_000
SECONDS = 60.0  # of a busy machine, in which this project takes two


def dump(root: Path, size: int) -> None:
    """A dump of data, of which a file system keeps only the beginning."""
    write(root, {f"{FOLDER}/migration.sql": "INSERT INTO t VALUES (1);\n"})
    with (root / FOLDER / "migration.sql").open("r+b") as file:
        file.truncate(size)


def text(root: Path, size: int) -> None:
    write(root, {f"{FOLDER}/migration.sql": "-- x\n" * (size // 5)})


@pytest.mark.parametrize(("write_it", "size"), [(dump, 100_000_000), (dump, MAX_BYTES + 1), (text, SIZE_LIMIT + 5)])
def test_a_huge_migration(project: Path, refract: Refract, write_it: Callable[[Path, int], None], size: int) -> None:
    commit(project)
    write_it(project, size)
    new = refract("check")
    assert (new.exit_code, new.stderr) == (0, "")
    assert "warning statement-not-analyzable: Refract cannot analyse this migration, which is too large" in new.stdout
    commit(project)
    merged = refract("check")
    assert (merged.exit_code, merged.stderr) == (0, "")
    assert merged.stdout.endswith(" 1 statement was not followed (-v shows one).\n")
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", "  nick String?\n}")})
    assert refract("create", "add_nick").exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding(project: Path, refract: Refract, encoding: str) -> None:
    commit(project)
    sql = '-- für alle\nALTER TABLE "User" ADD COLUMN "nick" TEXT;\n'
    write(project, {f"{FOLDER}/migration.sql": sql.encode(encoding)})
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", "  nick String?\n}")})
    assert refract("check").exit_code == 2
    commit(project)
    merged = refract("check")
    assert (merged.exit_code, merged.stderr) == (0, "")
    assert "pending" not in merged.stdout
    assert "1 statement was not followed" in merged.stdout


@pytest.mark.skipif(os.name != "posix", reason="the system has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path)], ids=["pipe", "link loop"])
def test_no_file_at_all(project: Path, refract: Refract, make: Callable[[Path], None]) -> None:
    (project / FOLDER).mkdir()
    make(project / FOLDER / "migration.sql")
    result = refract("check")
    assert result.exit_code == 2
    assert "migration.sql" in result.stderr


def test_many_migrations(project: Path, refract: Refract) -> None:
    for number in range(MANY):
        folder = project / f"prisma/migrations/3{number:05}_m"
        folder.mkdir()
        action = f'ADD COLUMN "c{number}" INT' if number % 2 else f'DROP COLUMN IF EXISTS "c{number - 1}"'
        (folder / "migration.sql").write_text(f'ALTER TABLE "User" {action};\n')
    commit(project)
    started = time.process_time()
    result = refract("check")
    assert time.process_time() - started < SECONDS
    assert f"compared with {MANY + 1} migrations" in result.stdout
