"""The README and the pages show what the commands print."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cli.conftest import Refract

ROOT = Path(__file__).parents[2]


def test_the_readme_shows_a_finding_of_the_example(refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = re.search(r"^```text\n(examples/shop.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    assert shown is not None
    assert f"{shown[1]}\n" in refract("check", "examples/shop").stdout


@pytest.mark.parametrize("command", ["check", "diff", "name", "create", "plan", "rollback", "runbook", "init", "rules"])
def test_every_command_has_a_section(refract: Refract, command: str) -> None:
    assert f"## `refract {command}" in (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert refract(command, "--help").exit_code == 0


def test_the_page_of_plans_shows_the_plan_of_the_example(
    refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "fitness", tmp_path / "fitness")
    monkeypatch.chdir(tmp_path / "fitness")
    page = (ROOT / "docs" / "plans.md").read_text("utf-8")
    blocks = re.findall(r"^```text\n\$ refract ([^\n]*)\n(.*?)^```", page, re.M | re.S)
    assert blocks
    for command, shown in blocks:
        assert refract(*command.split()).stdout == shown
