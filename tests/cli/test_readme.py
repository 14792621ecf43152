"""The README and the pages show what the commands print."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from cli.conftest import Refract

ROOT = Path(__file__).parents[2]
README, PLANS = ROOT / "README.md", ROOT / "docs" / "plans.md"
_COMMAND = re.compile(r"^(```text\n\$ refract ([^\n]*)\n)(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.expected
def test_the_readme_shows_a_finding_of_the_example(refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown, printed = _finding(), refract("check", "examples/shop").stdout
    if "UPDATE_EXPECT" in os.environ:
        place = shown.partition(" ")[0]
        found = next(part for part in printed.split("\n\n") if part.startswith(place))
        README.write_text(README.read_text("utf-8").replace(shown, f"{found}\n"), "utf-8")
    assert f"{_finding()}\n" in printed


def _finding() -> str:
    """The finding that the README shows."""
    block = re.search(r"^```text\n(examples/shop.*?)^```", README.read_text("utf-8"), re.M | re.S)
    assert block is not None
    return block[1]


@pytest.mark.parametrize("command", ["check", "diff", "name", "create", "plan", "rollback", "runbook", "init", "rules"])
def test_every_command_has_a_section(refract: Refract, command: str) -> None:
    assert f"## `refract {command}" in (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert refract(command, "--help").exit_code == 0


@pytest.mark.expected
def test_the_page_of_plans_shows_the_plan_of_the_example(
    refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "fitness", tmp_path / "fitness")
    monkeypatch.chdir(tmp_path / "fitness")
    commands = [command for _, command, _ in _COMMAND.findall(PLANS.read_text("utf-8"))]
    printed = {command: refract(*command.split()).stdout for command in commands}
    if "UPDATE_EXPECT" in os.environ:
        PLANS.write_text(_COMMAND.sub(lambda m: f"{m[1]}{printed[m[2]]}```", PLANS.read_text("utf-8")), "utf-8")
    assert printed
    assert {command: shown for _, command, shown in _COMMAND.findall(PLANS.read_text("utf-8"))} == printed
