"""Two commands at once on one project: one after the other, each with what the first has made before its eyes.

`REFRACT_PAIRS` is the number of pairs of each kind (default: 10).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refract.lock import take_lock
from small_projects import HEAD, INIT, LOCK, USER, write

PAIRS = int(os.environ.get("REFRACT_PAIRS", "10"))
PROJECT: dict[str, str | bytes] = {
    "prisma/schema.prisma": HEAD + USER,
    "prisma/migrations/migration_lock.toml": LOCK,
    "prisma/migrations/20240101000000_init/migration.sql": INIT,
}
CREATE = ["create"]
NEW = ["plan", "new", "rename-field", "User.email", "to=mail", "how=trigger"]
NEXT = ["plan", "next"]


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "refract", *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"REFRACT_CACHE_DIR": str(root.parent / "cache")},
    )


def pair(root: Path, command: list[str]) -> list[int | str]:
    """The exit codes of a command that is started twice; of one that fails, what it printed."""
    both = [start(root, *command), start(root, *command)]
    printed = ["".join(process.communicate(timeout=120)) for process in both]
    return [text if process.returncode else 0 for process, text in zip(both, printed, strict=True)]


def ended(root: Path, *arguments: str) -> tuple[int, str]:
    process = start(root, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out + err


def test_one_of_two_creates_the_migration(tmp_path: Path) -> None:
    wrong = []
    for number in range(PAIRS):
        root = tmp_path / f"{number}" / "p"
        write(root, PROJECT | {"prisma/schema.prisma": HEAD + USER.replace("email", "name  String?\n  email")})
        codes = pair(root, CREATE)
        folders = [path for path in (root / "prisma" / "migrations").iterdir() if path.is_dir()]
        if codes != [0, 0] or len(folders) != 2:
            wrong.append((codes, sorted(path.name for path in folders)))
    assert wrong == []


def test_one_of_two_takes_the_step_and_the_other_the_next(tmp_path: Path) -> None:
    template = tmp_path / "template"
    write(template, PROJECT)
    assert ended(template, *NEW)[0] == 0
    wrong = []
    for number in range(PAIRS):
        root = tmp_path / f"{number}" / "p"
        shutil.copytree(template, root)
        codes = pair(root, NEXT)
        code, out = ended(root, "plan", "list")
        schema = (root / "prisma" / "schema.prisma").read_text()
        if codes != [0, 0] or code or "step 3 of 5" not in out or schema.count("  mail ") != 1:
            wrong.append((codes, code, out, schema))
    assert wrong == []


def test_a_lock_is_held_by_one_and_ends_with_its_process(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    assert lock is not None
    assert take_lock(tmp_path) is None
    lock.release()
    code = "import sys, time; from pathlib import Path; from refract.lock import take_lock\n"
    code += "lock = take_lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout and other.stdout.readline() == "held\n"
    assert take_lock(tmp_path) is None
    other.kill()
    other.communicate()
    again = take_lock(tmp_path)
    assert again is not None
    again.release()
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_waits_too_long_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from refract.cli import writing
    from refract.cli.main import cli

    write(tmp_path, PROJECT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    monkeypatch.setattr(writing, "_PATIENCE", 0.05)
    monkeypatch.setattr(writing, "_MOST_PATIENCE", 0.2)
    lock = take_lock(tmp_path / "prisma")
    assert lock is not None
    result = CliRunner().invoke(cli, CREATE)
    lock.release()
    assert result.exit_code == 2
    assert "Waiting for another command" in result.stderr
    assert "Another command is still changing" in result.stderr
    assert CliRunner().invoke(cli, CREATE).exit_code == 0
