"""The command that the README gives a newcomer to try, as written, in a clean copy."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from distribution.commands import ROOT, run

pytestmark = pytest.mark.xdist_group("distribution")

README = (ROOT / "README.md").read_text("utf-8")
SOON = 120.0
"""Seconds from nothing to the first finding."""


def after(heading: str, language: str) -> str:
    """The first block of code in a language after a heading of the README."""
    found = re.search(rf"^```{language}\n(.*?)^```", README.partition(f"\n{heading}\n")[2], re.MULTILINE | re.DOTALL)
    assert found, f"no {language} under {heading}"
    return found[1]


def test_one_command_to_the_first_finding(sources: Path, tmp_path: Path) -> None:
    clean = tmp_path / "refract"
    shutil.copytree(sources, clean)
    python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    assert after("## Try it", "text") in run("bash", "-ec", after("## Try it", "sh"), cwd=clean, PATH=python)
    assert time.perf_counter() - start < SOON
