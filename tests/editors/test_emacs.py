"""Eglot in a real Emacs, with the real server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "emacs" / "schema.el"
LIMIT = 120.0  # seconds


def test_a_schema_is_edited(project: Path, environment: dict[str, str]) -> None:
    command = [_emacs(), "-q", "--batch", "-l", str(SCRIPT), str(project)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0 and "passed" in done.stdout, done.stdout + done.stderr


def _emacs() -> str:
    """Emacs. Without it: fails where tests must run (CI), else skips."""
    found = shutil.which("emacs")
    if found:
        return found
    message = "Emacs is not installed: `apt-get install emacs-nox elpa-eglot` (Debian, Ubuntu)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
