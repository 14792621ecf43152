"""Each message on the page about exit code 2 is one that users meet, and its rows are all met here."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, USER, commit, write

PAGE = (Path(__file__).parents[2] / "docs" / "exit-code-2.md").read_text("utf-8")
MESSAGES = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)
SCHEMA = "prisma/schema.prisma"
LOCK = "prisma/migrations/migration_lock.toml"
CONFIG = "prisma.config.ts"
SQL = "prisma/sql-migrations/1_init/migration.sql"

Scenario = tuple[Mapping[str, str | bytes | None], tuple[str, ...], Mapping[str, str]]
"""The files that are written (None: removed), the arguments, and the environment."""

SCENARIOS: Mapping[str, Scenario] = {
    "No Prisma schema found": ({SCHEMA: None}, (), {}),
    "Merge conflict marker.": ({SCHEMA: f"{HEAD}{USER}<<<<<<< HEAD\n=======\n>>>>>>> x\n"}, (), {}),
    'Unknown type "…"': ({SCHEMA: HEAD + USER.replace("String", "Strin")}, (), {}),
    "is not UTF-8": ({SCHEMA: HEAD.encode() + b"\xff"}, (), {}),
    "This file computes …, and Refract runs no code.": (
        {CONFIG: "export default { migrations: { path: pick() } }"},
        (),
        {},
    ),
    "but no configuration names it.": (
        {CONFIG: "export default { migrations: { path: 'gone' } }", SQL: "SELECT 1;"},
        (),
        {},
    ),
    "migration_lock.toml has provider …, the schema …": ({LOCK: 'provider = "sqlite"\n'}, (), {}),
    "The target branch … is not in this clone.": ({}, (), {"GITHUB_BASE_REF": "release"}),
    "This clone has no base branch to compare with.": ({}, (), {"CI": "true"}),
    "Cannot compare with …": ({}, ("--base", "nowhere"), {}),
}  # fmt: skip


def test_the_page_has_these_messages() -> None:
    assert list(SCENARIOS) == MESSAGES


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_of_the_page(project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    files, arguments, environment = SCENARIOS[message]
    commit(project)
    subprocess.run(["git", "branch", "--move", "topic"], cwd=project, check=True)
    for name, content in files.items():
        if content is None:
            (project / name).unlink()
        else:
            write(project, {name: content})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = refract("check", *arguments)
    assert result.exit_code == 2
    pattern = re.escape(message).replace("…", ".+")
    assert re.search(pattern, result.stderr), result.stderr
