"""`refract check` and the code beside the schema."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from refract.cli.main import cli
from small_projects import HEAD, LOCK, USER, commit, write

INIT = (
    'CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n'
)
USES = "export const users = () => prisma.user.findMany({ orderBy: { email: 'asc' } });\n"
OTHER = "export const users = () => prisma.user.findMany();\n"
GONE = USER.replace("  email String\n", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose code uses `User.email`, on a branch of its own."""
    write(
        tmp_path,
        {
            "prisma/schema.prisma": HEAD + USER,
            "prisma/migrations/20240101000000_init/migration.sql": INIT,
            "prisma/migrations/migration_lock.toml": LOCK,
            "package.json": "{}",
            "app/user.ts": USES,
        },
    )
    commit(tmp_path)
    subprocess.run(["git", "branch", "-qM", "main"], cwd=tmp_path, check=True)
    subprocess.run(["git", "checkout", "-qb", "mine"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings() -> dict[str, dict[str, Any]]:
    result = CliRunner().invoke(cli, ["check", "--format", "json", "--fail-on", "never"])
    assert result.exit_code == 0, result.output
    return {finding["rule"]: finding for finding in json.loads(result.stdout)["projects"][0]["findings"]}


def places(finding: dict[str, Any]) -> list[tuple[str, int]]:
    related = (related.get("location", related) for related in finding["related"])
    return [(place["path"], place["start"]["line"]) for place in related if place["path"].endswith(".ts")]


def test_a_drop_names_the_places_that_use_it(project: Path) -> None:
    write(project, {"prisma/schema.prisma": HEAD + GONE})
    found = findings()
    assert places(found["drop-column"]) == [("app/user.ts", 1)]
    assert "Your code still uses `User.email` in 1 place." in found["drop-column"]["message"]
    assert "drop-and-code-removal-together" not in found


def test_what_is_remembered_knows_the_code(project: Path) -> None:
    write(project, {"prisma/schema.prisma": HEAD + GONE})
    assert places(findings()["drop-column"]) == [("app/user.ts", 1)]
    write(project, {"app/user.ts": "\n\n" + USES})
    assert places(findings()["drop-column"]) == [("app/user.ts", 3)]


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_drop_together_with_the_code_that_used_it(project: Path, is_committed: bool) -> None:
    drop = 'ALTER TABLE "User" DROP COLUMN "email";\n'
    write(
        project,
        {
            "prisma/schema.prisma": HEAD + GONE,
            "prisma/migrations/20240202000000_drop/migration.sql": drop,
            "app/user.ts": OTHER,
        },
    )
    if is_committed:
        commit(project)
    found = findings()
    assert "(in `user.ts`)" in found["drop-and-code-removal-together"]["message"]
    assert places(found["drop-column"]) == []


def test_code_removed_before_is_ignored(project: Path) -> None:
    write(project, {"app/user.ts": OTHER})
    commit(project)
    subprocess.run(["git", "branch", "-qf", "main"], cwd=project, check=True)
    write(project, {"prisma/schema.prisma": HEAD + GONE})
    assert "drop-and-code-removal-together" not in findings()


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/x/user.ts",
        "dist/user.js",
        "app/generated/user.ts",
        "app/user.d.ts",
        "app/user.test.ts",
        "other/app/user.ts",
        "ignored/user.ts",
    ],
)
def test_code_that_does_not_count(project: Path, path: str) -> None:
    write(
        project,
        {
            "prisma/schema.prisma": HEAD + GONE,
            ".gitignore": "ignored\n",
            "other/package.json": "{}",
            "other/schema.prisma": HEAD.replace("postgresql", "sqlite") + USER,
            "app/user.ts": OTHER,
            path: USES,
        },
    )
    result = CliRunner().invoke(cli, ["check", "prisma", "--format", "json", "--fail-on", "never"])
    (found,) = [f for f in json.loads(result.stdout)["projects"][0]["findings"] if f["rule"] == "drop-column"]
    assert places(found) == []


def test_without_git(project: Path) -> None:
    subprocess.run(["rm", "-rf", ".git"], cwd=project, check=True)
    write(project, {"prisma/schema.prisma": HEAD + GONE})
    assert places(findings()["drop-column"]) == [("app/user.ts", 1)]


def test_a_column_whose_field_was_restored(project: Path) -> None:
    """Code that uses the field means the new column."""
    drop = 'ALTER TABLE "User" DROP COLUMN "email", ADD COLUMN "mail" TEXT;\n'
    write(
        project,
        {
            "prisma/schema.prisma": HEAD + USER.replace("email String", 'email String? @map("mail")'),
            "prisma/migrations/20240202000000_drop/migration.sql": drop,
        },
    )
    found = findings()
    dropped = found.get("drop-column") or found["field-rename-as-drop-add"]
    assert places(dropped) == [] and "still uses" not in dropped["message"]
