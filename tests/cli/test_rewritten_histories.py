"""Histories that a branch has rewritten: renamed folders, squashes, and what existing databases need."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, INIT, LOCK, USER, commit, write

WITH_LOG = HEAD + USER + "\nmodel Log {\n  id Int @id\n}\n"
LOG = 'CREATE TABLE "Log" ("id" INTEGER NOT NULL, CONSTRAINT "Log_pkey" PRIMARY KEY ("id"));\n'
FOLDER = Path("prisma/migrations")
SQUASHED = "000000000000_squashed_migrations"


@pytest.fixture(autouse=True)
def merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two merged migrations."""
    write(
        tmp_path,
        {
            "prisma/schema.prisma": WITH_LOG,
            "prisma/migrations/migration_lock.toml": LOCK,
            "prisma/migrations/20240101000000_init/migration.sql": INIT,
            "prisma/migrations/20240110000000_add_log/migration.sql": LOG,
        },
    )
    commit(tmp_path)
    subprocess.run(["git", "branch", "-qM", "main"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)


def _squash(sql: str) -> None:
    shutil.rmtree(FOLDER / "20240101000000_init")
    shutil.rmtree(FOLDER / "20240110000000_add_log")
    write(Path(), {f"{FOLDER}/{SQUASHED}/migration.sql": sql})


def _lines(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]


def test_a_renamed_folder_runs_again(refract: Refract) -> None:
    (FOLDER / "20240110000000_add_log").rename(FOLDER / "20240301000000_add_log")
    result = refract("check", "--base", "main", "--format", "concise")
    assert result.exit_code == 1
    assert len([line for line in result.stdout.splitlines() if ": error " in line]) == 1
    text = " ".join(_lines(refract("check", "--base", "main").stdout))
    assert "`20240110000000_add_log` of `main` was renamed to `20240301000000_add_log`" in text
    for part in ("42P07", "P3009", "prisma migrate resolve --applied 20240301000000_add_log"):
        assert part in text
    assert "DELETE FROM _prisma_migrations WHERE migration_name = '20240110000000_add_log';" in text
    assert "New databases are built without" not in text


def test_a_squash_is_one_finding(refract: Refract) -> None:
    _squash(INIT + LOG)
    text = " ".join(_lines(refract("check", "--base", "main").stdout))
    assert f"`{SQUASHED}` replaces 2 migrations of `main`" in text
    assert f"prisma migrate resolve --applied {SQUASHED}" in text
    assert f"WHERE migration_name NOT IN ('{SQUASHED}');" in text
    assert "was deleted" not in text
    assert "does not begin with a timestamp" not in text


def test_the_runbook_of_a_squash_deploys_nothing(refract: Refract) -> None:
    _squash(INIT + LOG)
    page = refract("runbook").stdout
    assert f"npx prisma migrate resolve --applied {SQUASHED}" in page
    assert "migrate deploy" not in page


def test_what_follows_a_squash_is_deployed(refract: Refract) -> None:
    _squash(INIT + LOG)
    write(Path(), {f"{FOLDER}/20250101000000_x/migration.sql": 'ALTER TABLE "Log" ADD COLUMN "x" TEXT;\n'})
    page = refract("runbook").stdout
    assert page.index("resolve --applied") < page.index("npx prisma migrate deploy")
    assert "1 migration to deploy" in page


def test_another_database_is_no_squash(refract: Refract) -> None:
    _squash(INIT + "-- no log\n")
    text = refract("check", "--base", "main").stdout
    assert text.count("was deleted on this branch") == 2
    assert "replaces" not in text


def test_an_accepted_finding_stays_accepted_under_another_time(refract: Refract) -> None:
    drop = 'ALTER TABLE "User" DROP COLUMN "email";\n'
    write(Path(), {"prisma/schema.prisma": WITH_LOG.replace("  email String\n", "")})
    write(Path(), {f"{FOLDER}/20250101000000_drop_email/migration.sql": drop})
    assert refract("check", "--base", "main").exit_code == 1
    assert refract("check", "--base", "main", "--accept").exit_code == 0
    (FOLDER / "20250101000000_drop_email").rename(FOLDER / "20250202000000_drop_email")
    result = refract("check", "--base", "main")
    assert result.exit_code == 0
    assert "no longer occurs" not in result.stdout
    assert refract("check", "--base", "main", "--accept").exit_code == 0
    assert "20250202000000_drop_email" in Path("refract-accepted.json").read_text()
    assert "20250101000000_drop_email" not in Path("refract-accepted.json").read_text()
    write(Path(), {f"{FOLDER}/20250303000000_drop_email/migration.sql": drop})
    assert refract("check", "--base", "main").exit_code == 1


def test_changes_of_unlisted_tables_are_json(refract: Refract) -> None:
    write(Path(), {f"{FOLDER}/20250101000000_x/migration.sql": 'DROP TABLE "Log";\nDROP TABLE "Unknown";\n'})
    result = refract("check", "--base", "main", "--format", "json")
    assert result.exit_code == 1, result.stderr
    assert json.loads(result.stdout)["version"] == 1
