"""The README shows what the command prints."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cli.conftest import Refract

ROOT = Path(__file__).parents[2]


def test_it_shows_the_findings_of_the_example(refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = re.search(r"^```text\n(examples/shop.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    assert shown is not None
    assert refract("check", "examples/shop").stdout == shown[1]


@pytest.mark.parametrize("command", ["check", "diff", "name", "create", "plan", "rollback", "runbook", "init", "rules"])
def test_its_commands_are_there(refract: Refract, command: str) -> None:
    assert f"`refract {command}" in (ROOT / "README.md").read_text("utf-8")
    assert refract(command, "--help").exit_code == 0


def test_it_shows_the_plan_of_the_example(refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "fitness", tmp_path / "fitness")
    monkeypatch.chdir(tmp_path / "fitness")
    blocks = re.findall(
        r"^```text\n\$ refract ([^\n]*)\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert blocks
    for command, shown in blocks:
        assert refract(*command.split()).stdout == shown
