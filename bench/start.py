"""What a new process pays: the first analysis, and the whole command."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5

_FIRST_ANALYSIS = """
import sys, time
begin = time.perf_counter()
from pathlib import Path
from refract.analysis import analyse, open_project
from refract.workspace import find_projects
analyse(open_project(find_projects(Path(sys.argv[1]))[0]))
print((time.perf_counter() - begin) * 1000)
"""


def analysis_start(root: Path) -> list[str]:
    """The first analysis with an empty cache, and with the cache that it left: imports included, Python's start not."""
    command = [sys.executable, "-c", _FIRST_ANALYSIS, str(root)]
    return _cold_and_warm(lambda environment: float(_output(command, environment)))


def whole_command(root: Path) -> list[str]:
    """`refract check` with an empty and with a filled cache, and the floor: a command that reads nothing."""
    check = [sys.executable, "-m", "refract", "check", str(root), "--fail-on", "never"]
    version = [sys.executable, "-m", "refract", "--version"]
    floor = statistics.median(_wall(version, dict(os.environ)) for _ in range(RUNS))
    return [*_cold_and_warm(lambda environment: _wall(check, environment)), f"{floor:.0f}"]


def _cold_and_warm(measure) -> list[str]:  # type: ignore[no-untyped-def]
    cold, warm = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "REFRACT_CACHE_DIR": cache}
            cold.append(measure(environment))
            measure(environment)
            warm.append(measure(environment))
    return [f"{statistics.median(cold):.0f}", f"{statistics.median(warm):.0f}"]


def _wall(command: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    _output(command, environment)
    return (time.perf_counter() - begin) * 1000


def _output(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
