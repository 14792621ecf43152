"""The command line itself: help, usage errors, completion, and failures of Refract's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Refract = Callable[..., Result]
DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


@pytest.mark.parametrize("command", ["check", "diff", "name", "server"])
def test_every_command_and_option_is_documented(refract: Refract, command: str) -> None:
    text = refract(command, "--help").stdout
    assert f"`refract {command}" in DOCS
    options = {word.strip(",") for word in text.split() if word.startswith("--") and word != "--help"}
    assert options
    assert {option for option in options if option not in DOCS} == set()


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("check", "--format", "xml"), ("check", "a", "b"), ("server", "--tcp", "port")]
)
def test_bad_usage(refract: Refract, arguments: tuple[str, ...]) -> None:
    result = refract(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Try 'refract" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    code = "from refract.cli.main import main; import sys; sys.argv[0] = 'refract'; main()"
    environment = os.environ | {"_REFRACT_COMPLETE": f"{shell}_source"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "_REFRACT_COMPLETE" in done.stdout


def test_a_bug_is_not_a_finding() -> None:
    code = (
        "import refract.cli.check as check\n"
        "def broken(*arguments): raise RuntimeError('oh')\n"
        "check.run = broken\n"
        "import sys; sys.argv = ['refract', 'check']\n"
        "from refract.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Bug in Refract (RuntimeError)" in done.stderr
