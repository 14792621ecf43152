"""Events that no agent would send: the hook judges what it can, and no part of an event keeps it from judging the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli
from small_projects import HEAD, INIT, LOCK, USER, commit, write

MIGRATION = "prisma/migrations/20240101000000_init/migration.sql"
NEW = "prisma/migrations/20250101000000_next/migration.sql"
RESET = "npx prisma migrate reset --force"
DROPPED = HEAD + USER.replace("  email String\n", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    write(root, {"prisma/schema.prisma": HEAD + USER, "prisma/migrations/migration_lock.toml": LOCK, MIGRATION: INIT})
    commit(root)
    monkeypatch.chdir(root)
    return root


def hook(tool: str, arguments: dict[str, Any], cwd: object) -> Result:
    event = {"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": arguments, "cwd": cwd, "session_id": "s"}
    done = CliRunner().invoke(cli, ["hook"], input=json.dumps(event), prog_name="refract")
    assert (done.exit_code, "Bug" in done.stderr) == (0, False), done.stderr
    return done


def is_stopped(done: Result) -> bool:
    return bool(done.stdout) and json.loads(done.stdout)["hookSpecificOutput"].get("permissionDecision") in (
        "ask",
        "deny",
    )


BEFORE = {
    "the home of nobody": "cd ~nosuchuser",
    "a NUL": "cd a\0b; psql -f a\0.sql; rm prisma/migrations/\0",
    "half a character": "\ud800; psql -f \ud800.sql; npx prisma db push --schema \udfff",
    "a long path": f"psql -f {'a' * 5_000}; npm --prefix {'a/' * 5_000} run x; make -C {'a/' * 5_000} x",
    "many pipes": "a|" * 3_000 + "psql -c 'SELECT 1'",
    "devices": "bash /dev/zero; psql -f /dev/zero; make -f /dev/zero x",
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_command_is_judged_after_an_odd_one(name: str, project: Path) -> None:
    assert is_stopped(hook("Bash", {"command": f"{BEFORE[name]}; {RESET}"}, str(project)))


@pytest.mark.parametrize("cwd", ["/a\0b", "/\ud800", "/" + "a/" * 4_000, "prisma/schema.prisma", 5, None, ""])
def test_a_command_is_judged_in_an_odd_folder(cwd: object, project: Path) -> None:
    assert is_stopped(hook("Bash", {"command": RESET}, cwd))


@pytest.mark.parametrize(("path", "text"), [
    ("prisma/schema.prisma", DROPPED + "// \ud800\n"),
    (NEW, 'ALTER TABLE "User" DROP COLUMN "email", ADD "\udfff" TEXT;\n'),
    (MIGRATION, "-- \ud800\n" + INIT),
])  # fmt: skip
def test_an_edit_with_half_a_character_is_judged(path: str, text: str, project: Path) -> None:
    assert is_stopped(hook("Write", {"file_path": str(project / path), "content": text}, str(project)))


@pytest.mark.parametrize("path", [
    "prisma/\ud800.prisma", "prisma/\0.prisma", "a" * 5_000 + ".prisma", "a/" * 3_000 + "x.prisma",
    f"prisma/migrations/{'a' * 300}/migration.sql", "/dev/zero.prisma", "/dev/zero", "",
])  # fmt: skip
def test_an_edit_of_an_odd_path_is_let_through(path: str, project: Path) -> None:
    assert not is_stopped(hook("Write", {"file_path": path, "content": "DROP TABLE a;"}, str(project)))


def test_a_pair_of_halves_is_one_character(project: Path) -> None:
    text = json.dumps(HEAD + USER + "// \\ud83d \U0001f600\n", ensure_ascii=True)
    event = f'{{"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {{"file_path": "prisma/schema.prisma", "content": {text}}}}}'
    done = CliRunner().invoke(cli, ["hook"], input=event, prog_name="refract")
    assert (done.exit_code, done.stderr) == (0, "")
