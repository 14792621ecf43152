"""Eglot in a real Emacs, with the real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

from parts import program

SCRIPT = Path(__file__).parent / "emacs" / "schema.el"
LIMIT = 120.0  # seconds


def test_a_schema_is_edited(project: Path, environment: dict[str, str]) -> None:
    command = [program("emacs"), "-q", "--batch", "-l", str(SCRIPT), str(project)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0 and "passed" in done.stdout, done.stdout + done.stderr
