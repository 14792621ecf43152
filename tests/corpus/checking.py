"""`refract check` at a checkout's HEAD, as a person or CI runs it: what it says, how long it takes, how much memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import field, frozen

_LIMIT = 300.0  # seconds
_MEASURED = """\
import os, re, runpy, sys
sys.argv[0] = "refract"
place = os.environ.pop("MEMORY_FILE")
try:
    runpy.run_module("refract", run_name="__main__", alter_sys=True)
finally:
    with open("/proc/self/status") as status, open(place, "w") as file:
        file.write(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])
"""


@frozen
class Checked:
    """One run. `memory` is the most that was resident, in MB; `rules` counts the findings of each rule."""

    exit_code: int
    seconds: float
    memory: float
    last_lines: str
    complaints: tuple[str, ...]
    traceback: str
    rules: dict[str, int] = field(factory=dict)
    projects: tuple[dict[str, Any], ...] = ()

    @property
    def findings(self) -> int:
        return sum(self.rules.values())


def check(checkout: Path) -> Checked:
    """Run the command twice: for its last lines, with nothing remembered, and for what it found, as JSON."""
    with tempfile.TemporaryDirectory() as memory:
        text, seconds, resident = _run(checkout, Path(memory))
        found, _, _ = _run(checkout, Path(memory), "--format", "json")
    told = _json(found.stdout)
    projects = told.get("projects", [])
    return Checked(
        text.returncode,
        round(seconds, 2),
        round(resident / 1024, 1),
        " ".join([line for line in text.stdout.splitlines() if line.strip()][-2:]),
        tuple(line for line in text.stderr.splitlines() if line.strip()),
        _traceback(text.stderr),
        dict(Counter(_rules(projects))),
        tuple(_summary(project) for project in projects),
    )


def _run(checkout: Path, memory: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float, float]:
    resident = memory / "resident"
    resident.write_text("0")
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_BASE_REF"}}
    started = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _MEASURED, "check", *arguments],
            cwd=checkout, capture_output=True, text=True, check=False, timeout=_LIMIT,
            env={**environment, "XDG_CACHE_HOME": str(memory), "NO_COLOR": "1", "MEMORY_FILE": str(resident)},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        done = subprocess.CompletedProcess(error.cmd, -1, "", f"still running after {_LIMIT:.0f} s")
    return done, time.monotonic() - started, float(resident.read_text() or 0)


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _rules(projects: Iterable[dict[str, Any]]) -> Iterable[str]:
    for project in projects:
        yield from (finding["rule"] for finding in project.get("findings", ()))


def _summary(project: dict[str, Any]) -> dict[str, Any]:
    shown = ("schema", "provider", "baseline", "base", "not_followed", "pending", "judged", "problems", "notes")
    return {name: project[name] for name in shown if name in project}


def _traceback(text: str) -> str:
    found = re.search(r"Traceback .*", text, re.DOTALL)
    return found[0][-2000:] if found else ""
