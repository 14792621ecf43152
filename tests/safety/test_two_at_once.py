"""Two commands at once on one project: one after the other, each with what the first has made before its eyes.

`REFRACT_PAIRS` is the number of pairs of each kind (default: 10).
"""

from __future__ import annotations

import os
import re
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
RENAMED = PROJECT | {"prisma/schema.prisma": HEAD + USER.replace("email", "mail")}
INDEXED = PROJECT | {
    "prisma/migrations/20240201000000_index/migration.sql": 'CREATE INDEX "i" ON "User"("email");\n',
    "prisma/schema.prisma": HEAD + USER.replace("email String", 'email String\n\n  @@index([email], map: "i")'),
}
_NOW = re.compile(r"\b20(?!24)\d{12}(?=_)")
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


KINDS: dict[str, tuple[dict[str, str | bytes], list[list[str]], list[str]]] = {
    "plan new": (PROJECT, [], NEW),
    "plan done": (PROJECT, [NEW, *[NEXT] * 4], ["plan", "done", "--by", "me"]),
    "plan back": (PROJECT, [NEW, NEXT], ["plan", "back"]),
    "plan abandon": (PROJECT, [NEW, NEXT], ["plan", "abandon", "--why", "x"]),
    "fix": (RENAMED, [], ["fix", "--rule", "field-rename-as-drop-add"]),
    "accept": (RENAMED, [], ["check", "--accept"]),
    "rollback": (INDEXED, [], ["rollback"]),
    "init": (PROJECT, [], ["init"]),
    "init --agents": (PROJECT, [], ["init", "--agents", "--harness", "claude", "--harness", "cursor"]),
}
"""By name: a project, the commands that run before, and the one that is started twice."""


def files(root: Path) -> dict[str, str]:
    """The files of a project, without the time in the names of migrations."""
    found = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}
    return {_NOW.sub("NOW", path): _NOW.sub("NOW", text) for path, text in found.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_two_at_once_are_as_one_after_the_other(kind: str, tmp_path: Path) -> None:
    project, before, command = KINDS[kind]
    template = tmp_path / "template"
    write(template, project)
    assert [ended(template, *arguments)[0] for arguments in before] == [0] * len(before)
    serial = tmp_path / "serial"
    shutil.copytree(template, serial)
    expected = sorted((ended(serial, *command)[0], ended(serial, *command)[0]))
    wrong = []
    for number in range(PAIRS):
        root = tmp_path / f"{number}" / "p"
        shutil.copytree(template, root)
        both = [start(root, *command), start(root, *command)]
        printed = ["".join(process.communicate(timeout=120)) for process in both]
        codes = sorted(process.returncode for process in both)
        if codes != expected or files(root) != files(serial) or "Traceback" in "".join(printed):
            wrong.append((codes, printed))
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
