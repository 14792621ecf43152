"""The real command where its output goes nowhere, stops early or can carry few characters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from small_projects import HEAD, USER, write

MAIN = "from refract.cli.main import main; main()"
RISKY = HEAD + USER.replace("email String", "mail  String // é 電")
POOR = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "iso8859-1"}


def shell(script: str, folder: Path, code: str = MAIN, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a script of bash in which `refract` is this very command."""
    function = f"refract() {{ {sys.executable} -c '{code}' \"$@\"; }}\n"
    command = ["bash", "-c", function + script]
    return subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("refract check | true; exit ${PIPESTATUS[0]}", 1, b""),
        ("refract rules | true; exit ${PIPESTATUS[0]}", 0, b""),
        ("refract check >&-", 1, b""),
        ("refract check >/dev/full", 2, b"refract: Cannot write the output"),
    ],
)
def test_where_the_output_goes_does_not_matter(project: Path, script: str, code: int, said: bytes) -> None:
    write(project, {"prisma/schema.prisma": RISKY})
    done = shell(script, project)
    assert done.returncode == code
    assert done.stderr.startswith(said)
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.parametrize("output", ["text", "json", "sarif", "github", "gitlab"])
def test_a_poor_encoding(project: Path, output: str) -> None:
    write(project, {"prisma/schema.prisma": RISKY})
    done = shell(f"refract check --format {output}", project, **POOR)
    assert (done.returncode, done.stderr) == (1, b"")
    assert "\u96fb".encode() not in done.stdout
    if output not in ("text", "github"):
        json.loads(done.stdout)


def test_interrupted(project: Path) -> None:
    code = "import refract.cli.check as c\ndef stop(*_): raise KeyboardInterrupt\nc.projects_at = stop\n" + MAIN
    done = shell("refract check", project, code)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, b"", b"")


@pytest.mark.parametrize(
    ("environment", "coloured"), [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_on_a_terminal_that_wants_them(project: Path, environment: dict[str, str], coloured: bool) -> None:
    write(project, {"prisma/schema.prisma": RISKY})
    code = f"import pty, sys; sys.exit(pty.spawn([sys.executable, '-c', '{MAIN}', 'check']) >> 8)"
    given = {"TERM": "xterm"} | environment
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=project, env=os.environ | given, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    assert b"field-rename-as-drop-add" in done.stdout
    assert (b"\x1b[" in done.stdout) is coloured
