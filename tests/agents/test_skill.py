"""Every command of Refract in the texts for agents is run, in the order of the text."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.conftest import APPLIED, RENAMED
from agents.test_plugin import TEXTS
from refract.cli.main import cli
from small_projects import HEAD, USER, write

GOOD = (0, 1)
INCOMPLETE = {
    "refract plan": "a group of commands",
    "refract plan new": "needs a recipe",
}


def commands(path: Path) -> list[str]:
    return list(dict.fromkeys(re.findall(r"`(refract [^`]+)`", path.read_text(encoding="utf-8"))))


def run(command: str) -> Result:
    return CliRunner().invoke(cli, shlex.split(command)[1:], prog_name="refract")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_command_runs(path: Path, quiet: Path) -> None:
    found = commands(path)
    assert found
    for command in found:
        if command in INCOMPLETE or command.endswith("RULE"):
            assert run(f"{' '.join(w for w in command.split() if w.islower())} --help").exit_code == 0
            continue
        _prepare(command, quiet)
        result = run(command)
        assert result.exit_code in GOOD, f"{command}: {result.output}"


def _prepare(command: str, root: Path) -> None:
    """What the text requires before the command."""
    plans = root / "prisma/plans"
    if command == "refract check":
        write(root, {"prisma/schema.prisma": RENAMED})
    elif command.startswith(("refract create", "refract rollback", "refract runbook", "refract name")):
        _begin_again(root)
        write(root, {"prisma/schema.prisma": HEAD + USER.replace("email String\n", "email String\n  age Int?\n")})
        if command.split()[1] not in ("create", "name"):
            assert run("refract create").exit_code == 0
    elif command.startswith("refract plan") and not command.startswith("refract plan new"):
        if not plans.exists():
            _begin_again(root)
            assert run("refract plan new rename-field User.email to=mail how=trigger").exit_code == 0
        if command.startswith("refract plan back") or command == "refract plan done":
            run("refract plan next")
        if command == "refract plan done":
            _to_the_deploy()
    elif command.startswith("refract plan new"):
        _begin_again(root)


def _to_the_deploy() -> None:
    """Take the steps up to the one that is confirmed."""
    for _ in range(6):
        if "waits for you" in run("refract plan next").output:
            return
    raise AssertionError("no step waits for a deploy")


def _begin_again(root: Path) -> None:
    write(root, {"prisma/schema.prisma": HEAD + USER})
    shutil.rmtree(root / "prisma/plans", ignore_errors=True)
    for folder in (root / "prisma/migrations").iterdir():
        if folder.is_dir() and folder.name not in APPLIED:
            shutil.rmtree(folder)


def test_what_a_command_returns_means_what_the_skill_tells(quiet: Path) -> None:
    assert run("refract check").exit_code == 0
    write(quiet, {"prisma/schema.prisma": RENAMED})
    assert run("refract check").exit_code == 1
    write(quiet, {"prisma/schema.prisma": RENAMED + "model Half {\n"})
    assert run("refract check").exit_code == 2
