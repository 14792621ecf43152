"""A command that is killed at any moment leaves every file whole, and can be run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model User {
  id   Int    @id
  name String
  role Role   @default(MEMBER)
}

enum Role {
  MEMBER
}
"""
INIT = """\
CREATE TYPE "Role" AS ENUM ('MEMBER');
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL, "role" "Role" NOT NULL DEFAULT 'MEMBER',
  CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
"""
TWO_PARTS = SCHEMA.replace("  MEMBER\n}", "  MEMBER\n  ADMIN\n}").replace("@default(MEMBER)", "@default(ADMIN)")
SEVERAL = 'CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");\nALTER TABLE "User" ADD COLUMN "x" TEXT;\n'

NEW = ["plan", "new", "rename-field", "User.name", "to=title", "how=trigger"]
NEXT, BACK, DONE = ["plan", "next"], ["plan", "back"], ["plan", "done", "--by", "Ann"]
CASES = {
    "new": [NEW],
    "expand": [NEW, NEXT],
    "contract": [NEW, NEXT, NEXT, NEXT, NEXT, DONE, NEXT],
    "done": [NEW, NEXT, NEXT, NEXT, NEXT, DONE],
    "back to the start": [NEW, NEXT, BACK],
    "back from a backfill": [NEW, NEXT, NEXT, BACK],
    "back twice": [NEW, NEXT, BACK, NEXT, BACK],
    "create": [["create", "enum"]],
    "rollback": [["rollback"]],
}
"""By what is killed last; what comes before it is done in peace."""


@pytest.fixture
def template(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    root = tmp_path / "template"
    init = root / "prisma" / "migrations" / "20240101000000_init"
    init.mkdir(parents=True)
    (init / "migration.sql").write_text(INIT)
    creates = request.node.callspec.params["name"] == "create"
    if not creates:
        (init.parent / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (root / "prisma" / "schema.prisma").write_text(TWO_PARTS if creates else SCHEMA)
    if request.node.callspec.params["name"] == "rollback":
        second = init.with_name("20240201000000_second")
        second.mkdir()
        (second / "migration.sql").write_text(SEVERAL)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "start"]):
        subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *command], cwd=root, check=True
        )
    return root


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked on this system")
@pytest.mark.parametrize("name", CASES)
def test_a_command_that_is_killed_leaves_nothing_half(template: Path, tmp_path: Path, name: str) -> None:
    script = Path(__file__).with_name("killing.py")
    command = [sys.executable, str(script), str(template), str(tmp_path / "work")]
    environment = {**os.environ, "REFRACT_NO_CACHE": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        command, input=json.dumps(CASES[name]), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["changed"], "the command does something"
    assert told["moments"] >= 3
    assert told["by chance"] + told["moments"] >= 5
