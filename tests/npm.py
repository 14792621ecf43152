"""Programs from npm that tests compare with: installed once, whoever asks first, and kept under node_modules."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent / "node_modules"


def installed(name: str, folder: Path) -> Path:
    """The folder in which what `folder/package.json` names is installed, with the scripts of `folder` beside it.

    The first time this needs npm and the network. Tests that run at the same time wait for one another.
    """
    cache = ROOT / f".refract-{name}"
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache):
        _install(cache, (folder / "package.json").read_text())
        for script in folder.glob("*.mjs"):
            _copy(script, cache / script.name)
    return cache


def _install(cache: Path, manifest: str) -> None:
    stamp = cache / "installed.json"
    if stamp.exists() and stamp.read_text() == manifest:
        return
    (cache / "package.json").write_text(manifest)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(command, cwd=cache, check=True)
    stamp.write_text(manifest)


def _copy(script: Path, to: Path) -> None:
    """A script, if it has changed: another test may be running it."""
    if to.exists() and to.read_bytes() == script.read_bytes():
        return
    aside = to.with_suffix(".new")
    aside.write_bytes(script.read_bytes())
    aside.chmod(script.stat().st_mode)
    aside.replace(to)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
