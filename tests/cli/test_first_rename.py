"""The tutorial, followed from top to bottom: its commands are run as written, and print what it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Refract

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-rename.md"
_BLOCK = re.compile(r"^(```(sh|text)\n)(.*?)^```", re.MULTILINE | re.DOTALL)
_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_IDENTITY = {f"GIT_{role}_{what}": "Ada" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example."""
    folder = tmp_path / "fitness"
    shutil.copytree(ROOT / "examples" / "fitness", folder)
    monkeypatch.chdir(folder)
    for name, value in (
        *_IDENTITY.items(),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "user.name"),
        ("GIT_CONFIG_VALUE_0", "Ada"),
    ):
        monkeypatch.setenv(name, value)
    return folder


@pytest.mark.expected
def test_the_tutorial(example: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.read_text("utf-8")
    days = {block.start(): day for day, block in enumerate(_BLOCK.finditer(page))}

    def run(block: re.Match[str]) -> str:
        monkeypatch.setattr("refract.clock.now", lambda: _START + timedelta(days=days[block.start()]))
        if block[2] == "sh":
            _shell(block[3])
            return block[0]
        command = block[3].partition("\n")[0].removeprefix("$ ")
        words = command.split()
        output = refract(*words[1:]).output if words[0] == "refract" else _shell(command)
        return f"{block[1]}$ {command}\n{output}```"

    followed = _BLOCK.sub(run, page)
    if "UPDATE_EXPECT" in os.environ:
        PAGE.write_text(followed, "utf-8")
    assert followed == PAGE.read_text("utf-8")
    assert "displayName" not in (example / "prisma/schema.prisma").read_text()


def _shell(script: str) -> str:
    return subprocess.run(["bash", "-ec", script], check=True, capture_output=True, text=True).stdout
