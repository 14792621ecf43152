"""Half a minute of random typing, file events and branches: nothing fails, memory stays flat, the end is as a fresh start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_random_typing(tmp_path: Path) -> None:
    workload = [sys.executable, "bench/make_schema.py", "--size", "S", "--out", str(tmp_path)]
    subprocess.run(workload, cwd=ROOT, check=True, capture_output=True)
    soak = [sys.executable, "-m", "bench.soak", "--root", str(tmp_path), "--minutes", "0.5"]
    done = subprocess.run(soak, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
