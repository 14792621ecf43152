"""Flat folders of migrations, as wrangler, Supabase and others keep them, from the first check to the rollback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, commit, write

SQLITE = HEAD.replace("postgresql", "sqlite")
MODEL = "model User {\n  id Int @id @default(autoincrement())\n}\n"
GROWN = MODEL.replace("}\n", "  nick String?\n}\n")
BUILT = {
    "sqlite": 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);\n',
    "postgresql": 'CREATE TABLE "User" ("id" SERIAL NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n',
}
WRANGLER = '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\nmigrations_dir = "db/d1"\n'

# tool: (the schema's head, files, the next migration, its rollback, the command that deploys)
TOOLS: dict[str, tuple[str, dict[str, str | bytes], str, str, str]] = {
    "wrangler": (
        SQLITE,
        {"wrangler.toml": WRANGLER, "db/d1/0001_init.sql": BUILT["sqlite"]},
        "db/d1/0002_add_nick.sql",
        "db/rollbacks/0002_add_nick/down.sql",
        "npx wrangler d1 migrations apply shop --remote",
    ),
    "supabase": (
        HEAD,
        {"supabase/migrations/99990101000000_init.sql": BUILT["postgresql"]},
        "supabase/migrations/99990101000001_add_nick.sql",
        "supabase/rollbacks/99990101000001_add_nick/down.sql",
        "npx supabase db push",
    ),
    "another": (
        HEAD,
        {
            "prisma/migrations/000001_init.up.sql": BUILT["postgresql"],
            "prisma/migrations/000001_init.down.sql": 'DROP TABLE "User";\n',
        },
        "prisma/migrations/000002_add_nick.up.sql",
        "prisma/migrations/000002_add_nick.down.sql",
        "npx prisma db execute --file prisma/migrations/000002_add_nick.up.sql",
    ),
}


@pytest.fixture(params=TOOLS)
def flat(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    head, files, *_ = TOOLS[request.param]
    write(tmp_path, {"prisma/schema.prisma": head + MODEL, **files})
    commit(tmp_path)
    subprocess.run(["git", "branch", "-qM", "main"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return str(request.param)


def test_a_flat_folder_is_followed(flat: str, refract: Refract) -> None:
    head, _, migration, rollback, deploy = TOOLS[flat]
    assert refract("check").exit_code == 0
    assert "This is an empty migration" in refract("diff").stdout
    write(Path(), {"prisma/schema.prisma": head + GROWN})
    assert refract("create", "add_nick").exit_code == 0
    assert "ADD COLUMN" in Path(migration).read_text()
    assert not list(Path().rglob("migration_lock.toml"))
    result = refract("check", "--base", "main")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "compared with 2 migrations" in result.stdout
    assert refract("rollback").exit_code == 0
    assert Path(rollback).is_file()
    assert "This is an empty migration" in refract("diff").stdout
    assert deploy in refract("runbook").stdout


def test_a_branch_is_compared(flat: str, refract: Refract) -> None:
    head, files, migration, *_ = TOOLS[flat]
    first = next(name for name in files if name.endswith(".sql"))
    write(Path(), {migration: 'DROP TABLE "User";\n', "prisma/schema.prisma": head})
    assert "drop-table" in refract("check", "--base", "main").stdout
    write(Path(), {first: "-- another\n"})
    assert "edited-applied-migration" in refract("check", "--base", "main").stdout
    Path(first).unlink()
    assert "deleted-applied-migration" in refract("check", "--base", "main").stdout


def test_a_plan_writes_flat_files(flat: str, refract: Refract) -> None:
    head, _, migration, *_ = TOOLS[flat]
    write(Path(), {"prisma/schema.prisma": head + GROWN})
    refract("create", "add_nick")
    result = refract(
        "plan", "new", "rename-field", "User.nick", "to=name", f"how={'trigger' if head is HEAD else 'application'}"
    )
    assert result.exit_code == 0, result.output
    assert refract("plan", "next").exit_code == 0
    names = sorted(file.name for file in Path(migration).parent.iterdir() if "down" not in file.name)
    assert len(names) == 3
    assert names[-1][: names[-1].index("_")].isdecimal()
    assert names[-1].endswith(migration[migration.index(".") :])
    assert "step 2" in refract("plan", "list").stdout
    assert refract("check").stderr == ""
    assert refract("plan", "back").exit_code == 0
    assert "step 1" in refract("plan", "list").stdout


def test_the_first_of_wrangler_is_numbered(tmp_path: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"prisma/schema.prisma": SQLITE + MODEL, "wrangler.toml": WRANGLER})
    monkeypatch.chdir(tmp_path)
    assert refract("create", "init").exit_code == 0
    assert [file.name for file in Path("db/d1").iterdir()] == ["0001_init.sql"]
