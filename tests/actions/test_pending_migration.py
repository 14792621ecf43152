"""The pending migration: what it is called, what it holds, and that nothing is pending once it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from refract.actions.explain import explain
from refract.actions.pending_migration import names, pending_files, pending_parts, pending_sql, summary
from refract.analysis import Analysis, analyse, open_project
from refract.text import NewFile
from refract.workspace import find_projects
from refract.workspace.package_manager import package_manager, prisma_command

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
USER = "model User {\n  id   Int    @id @default(autoincrement())\n  name String\n}\n"
NOW = datetime(2026, 1, 31, 23, 59, 58, tzinfo=UTC)


def opened(root: Path) -> Analysis:
    (project,) = find_projects(root)
    return analyse(open_project(project))


def schema(root: Path, text: str) -> None:
    (root / "prisma").mkdir(exist_ok=True)
    (root / "prisma" / "schema.prisma").write_text(HEAD + text)


def write(files: tuple[NewFile, ...]) -> None:
    for file in files:
        Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        with Path(file.path).open("x") as handle:  # never over a file that is there
            handle.write(file.text)


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")


def test_written_migrations_leave_nothing_pending(tmp_path: Path) -> None:
    schema(tmp_path, USER)
    first = opened(tmp_path)
    assert str(summary(first)) == "1 pending change"
    files = pending_files(first, now=NOW)
    relative = [Path(file.path).relative_to(tmp_path).as_posix() for file in files]
    assert relative == ["prisma/migrations/migration_lock.toml", "prisma/migrations/20260131235958_init/migration.sql"]
    write(files)
    assert opened(tmp_path).diff.changes == ()

    schema(tmp_path, USER.replace("  name String\n", "  name String\n  email String?\n"))
    second = opened(tmp_path)
    (file,) = pending_files(second, "Add e-mail!", now=NOW)
    assert Path(file.path).parent.name == "20260131235959_add_e-mail", "later than the one before it"
    assert file.text == '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "email" TEXT;\n'
    write((file,))
    third = opened(tmp_path)
    assert str(summary(third)) == "no pending changes"
    assert pending_files(third) == ()
    assert pending_sql(third) == "-- This is an empty migration."


def test_a_new_enum_value_used_in_the_same_change_takes_two_migrations(tmp_path: Path) -> None:
    enum = "enum Status {\n  OPEN\n}\n\nmodel Plan {\n  id Int @id\n  status Status @default(OPEN)\n}\n"
    schema(tmp_path, enum)
    write(pending_files(opened(tmp_path), now=NOW))
    schema(tmp_path, enum.replace("  OPEN\n", "  OPEN\n  ARCHIVED\n").replace("(OPEN)", "(ARCHIVED)"))
    pending = opened(tmp_path)
    first, second = pending_parts(pending)
    assert "ADD VALUE 'ARCHIVED'" in first.sql
    assert "SET DEFAULT" not in first.sql
    assert "SET DEFAULT 'ARCHIVED'" in second.sql
    assert "ADD VALUE" not in second.sql
    assert pending_sql(pending).startswith("-- Migration 1 of 2\n")
    write(pending_files(pending))
    assert opened(tmp_path).diff.changes == ()


def test_dangers_are_counted(tmp_path: Path) -> None:
    schema(tmp_path, USER)
    write(pending_files(opened(tmp_path), now=NOW))
    schema(tmp_path, USER.replace("  name String\n", "  email String?\n  label Int\n"))
    pending = opened(tmp_path)
    assert str(summary(pending)) == "3 pending changes, 2 risky"
    assert names(pending)


def test_what_runs_is_explained_where_it_is_asked_for(tmp_path: Path) -> None:
    schema(tmp_path, USER)
    write(pending_files(opened(tmp_path), now=NOW))
    text = USER.replace("  name String\n", "  name String\n  email String\n")
    schema(tmp_path, text)
    pending, path = opened(tmp_path), str(tmp_path / "prisma" / "schema.prisma")
    found = explain(pending, path, (HEAD + text).index("email") + 2)
    assert found is not None
    assert found.sql == '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "email" TEXT NOT NULL;'
    assert [finding.rule for finding in found.findings] == ["add-required-column-without-default"]
    assert explain(pending, path, 0) is None
    assert explain(pending, path, (HEAD + text).index("name")) is None


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("package.json", "{}", "npx prisma migrate dev"),
        ("package.json", '{"packageManager": "pnpm@9.1.0"}', "pnpm prisma migrate dev"),
        ("package.json", '{"packageManager": "cargo@1"}', "npx prisma migrate dev"),
        ("package.json", "not json, but packageManager", "npx prisma migrate dev"),
        ("yarn.lock", "", "yarn prisma migrate dev"),
        ("bun.lock", "", "bunx prisma migrate dev"),
        ("pnpm-lock.yaml", "", "pnpm prisma migrate dev"),
        ("deno.lock", "{}", "deno run -A npm:prisma migrate dev"),
        ("package.json", '{"devDependencies": {"@prisma/prisma7": "7.10.1"}}', "npx prisma7 migrate dev"),
    ],
)
def test_the_package_manager_is_the_projects_own(tmp_path: Path, file: str, text: str, expected: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / file).write_text(text)
    inner = tmp_path / "apps" / "web"
    inner.mkdir(parents=True)
    assert prisma_command(inner, "migrate", "dev") == expected
    assert package_manager(inner) == package_manager(tmp_path)
