"""The checks of a process that lives on give what a new process finds, whatever has changed on disk since the last one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.conftest import APPLIED
from refract import git
from refract.analysis.branch import Deployed
from refract.cli.mcp_server.checking import Checker
from refract.cli.mcp_server.running import Refused
from small_projects import HEAD, USER, commit, write

SCHEMA = "prisma/schema.prisma"
NEXT = "prisma/migrations/20990101000000_next/migration.sql"
EMAIL = "  email String\n"
POST = "\nmodel Post {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\n"
SCHEMAS = (
    HEAD + USER,
    HEAD + USER.replace(EMAIL, ""),
    HEAD + USER.replace(EMAIL, "  mail String\n"),
    HEAD + USER.replace(EMAIL, f"{EMAIL}  age Int\n"),
    HEAD + USER.replace(EMAIL, f"{EMAIL}  age Int?\n"),
    HEAD + USER.replace(EMAIL, f"{EMAIL}  posts Post[]\n") + POST,
    HEAD + USER.replace(EMAIL, "  email\n"),
    HEAD + USER.replace(EMAIL, "").replace("model", "// refract-ignore drop-column: as agreed\nmodel"),
    HEAD.replace("postgresql", "mysql") + USER,
    HEAD,
)
SQL = (
    'ALTER TABLE "User" DROP COLUMN "email";\n',
    'CREATE INDEX "i" ON "User" ("email");\n',
    "SELECT 1;\n",
    "nonsense (",
)
SETTINGS = (
    "",
    '[rules]\ndrop-column = "off"\n',
    '[rules]\ndrop-column = "info"\n',
    'extends = ["shared.toml"]\n',
    'base = "HEAD~1"\n',
    "[custom-rules.no-age]\non = ['add-column']\nmessage = 'No ages'\n",
)
CODE = ("", "prisma.user.findMany({ where: { email: 'x' } })\n", "prisma.user.findMany({ select: { email: true } })\n")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _switch(root: Path, chance: random.Random) -> None:
    """To another branch, with the work on this one as a commit."""
    write(root, {"note.txt": str(chance.random())})
    commit(root)
    name = f"b{chance.randrange(3)}"
    known = subprocess.run(["git", "branch", "--list", name], cwd=root, capture_output=True, check=True).stdout
    subprocess.run(["git", "checkout", "-q", *([] if known else ["-b"]), name], cwd=root, check=True)


def _plan(root: Path) -> None:
    command = (sys.executable, "-m", "refract", "plan", "new", "rename-field", "User.email", "to=mail", "how=trigger")
    subprocess.run(command, cwd=root, capture_output=True, check=False)


def _accept(root: Path) -> None:
    subprocess.run([sys.executable, "-m", "refract", "check", "--accept"], cwd=root, capture_output=True, check=False)


STEPS: tuple[Callable[[Path, random.Random], object], ...] = (
    lambda root, chance: write(root, {SCHEMA: chance.choice(SCHEMAS)}),
    lambda root, chance: write(root, {SCHEMA: chance.choice(SCHEMAS)}),
    lambda root, chance: write(root, {SCHEMA: chance.choice(SCHEMAS)}),
    lambda root, chance: write(root, {NEXT: chance.choice(SQL)}),
    lambda root, chance: write(root, {APPLIED: (root / APPLIED).read_text() + chance.choice(SQL)}),
    lambda root, chance: write(root, {"refract.toml": chance.choice(SETTINGS)}),
    lambda root, chance: write(root, {"shared.toml": chance.choice(SETTINGS[:3])}),
    lambda root, chance: write(root, {"src/app.ts": chance.choice(CODE)}),
    lambda root, _: _remove(root / NEXT),
    lambda root, _: _plan(root),
    lambda root, _: [_remove(path) for path in (root / "prisma/plans").glob("*")],
    lambda root, _: _accept(root),
    _switch,
)


@pytest.mark.parametrize("seed", range(8))
def test_a_check_is_that_of_a_new_process(seed: int, quiet: Path) -> None:
    chance, checker = random.Random(seed), Checker()
    write(quiet, {"shared.toml": ""})
    for number in range(12):
        chance.choice(STEPS)(quiet, chance)
        assert _checked(checker) == _checked(Checker()), f"step {number}"
    assert _checked(checker) == _fresh()


def test_a_line_that_cannot_be_read_is_not_taken_from_before(quiet: Path) -> None:
    """An editor keeps the last readable form of a half-typed block; a check reports what is on disk."""
    checker = Checker()
    for text in (SCHEMAS[1], SCHEMAS[6], SCHEMAS[5].replace(POST, ""), SCHEMAS[2]):
        write(quiet, {SCHEMA: text})
        assert _checked(checker) == _checked(Checker())


def test_the_deployed_schema_is_that_of_the_commit(quiet: Path) -> None:
    write(quiet, {"src/app.ts": CODE[1], SCHEMA: SCHEMAS[1]})
    checker = Checker()
    first = _checked(checker)
    assert first["summary"]["error"]
    commit(quiet)
    assert _checked(checker) == _fresh() != first


def test_a_failure_to_read_a_commit_is_not_kept(quiet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = git.repository(quiet)
    assert isinstance(here, git.Repository)
    commit_ = git.commit(here, "HEAD")
    assert isinstance(commit_, git.Commit)
    with monkeypatch.context() as broken:
        broken.setattr(git, "_run", lambda *_: git.Unavailable("git is not installed", is_failure=True))
        failed = Deployed(commit_, SCHEMA)
        assert failed() is None
        assert failed.failure()
    assert Deployed(commit_, SCHEMA)() is not None


def _checked(checker: Checker) -> dict[str, Any]:
    try:
        return _plain(checker("."))
    except Refused as error:
        return {"refused": str(error)}


def _fresh() -> dict[str, Any]:
    """What a new process finds that remembers nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "refract", "check", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "REFRACT_NO_CACHE": "1"},
    )
    if not done.stdout.startswith("{"):
        return {"refused": done.stderr.strip().removeprefix("refract: ").removeprefix("Error: ")}
    return _plain(json.loads(done.stdout))


def _plain(shape: dict[str, Any]) -> dict[str, Any]:
    """Without the fixes, which name the moment."""
    shape = json.loads(json.dumps(shape))
    for project in shape["projects"]:
        for finding in project["findings"]:
            finding.pop("fixes", None)
    shape.pop("notes", None)
    return shape
