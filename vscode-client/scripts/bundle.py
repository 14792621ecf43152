"""Puts the server and all libraries that it needs into `bundled/libs`, and an example into `bundled/sample`; run with any
pip.

    python scripts/bundle.py         installs what requirements.txt names, with these hashes and no others
    python scripts/bundle.py lock    writes requirements.txt again, with the newest libraries on PyPI

Only wheels for every Python and every system are taken: what is compiled would tie the extension to one of them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parents[1]
LIBRARIES = CLIENT / "bundled" / "libs"
SAMPLE = CLIENT / "bundled" / "sample"
LOCK = CLIENT / "requirements.txt"
_ANYWHERE = ("--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any", "--python-version=3.11")
_HEAD = (
    "# Written by `python scripts/bundle.py lock`: the libraries in the extension, and the hashes of their wheels.\n"
)


def bundle(target: Path) -> None:
    """Fill `target`, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    _pip("install", f"--target={target}", "--no-compile", "--no-deps", "--require-hashes", *_ANYWHERE, f"-r{LOCK}")
    with tempfile.TemporaryDirectory() as folder:
        _pip("wheel", "--no-deps", f"--wheel-dir={folder}", str(CLIENT.parent))
        [wheel] = Path(folder).glob("*.whl")
        _pip("install", f"--target={target}", "--no-compile", "--no-deps", *_ANYWHERE, str(wheel))
    _remove_what_is_not_used(target)
    compiled = [p for p in target.rglob("*") if p.suffix in (".so", ".pyd", ".dylib")]
    if compiled:
        raise SystemExit(f"not for every system: {', '.join(map(str, compiled))}")


def sample(target: Path) -> None:
    """Copy the example that "Open a Sample Project" opens."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CLIENT.parent / "examples" / "fitness", target, ignore=shutil.ignore_patterns("node_modules"))


def bundle_all() -> None:
    """Everything that the extension has besides its sources."""
    bundle(LIBRARIES)
    sample(SAMPLE)


def lock() -> None:
    """Write the requirements: all libraries that the server needs, in their newest versions."""
    project = tomllib.loads((CLIENT.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        resolving = ("install", "--dry-run", "--ignore-installed", f"--target={folder}", f"--report={report}")
        _pip(*resolving, *_ANYWHERE, *project["dependencies"])
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    LOCK.write_text(_HEAD + "".join(sorted(map(_requirement, found))), encoding="utf-8")


def _requirement(installed: dict[str, Any]) -> str:
    metadata, checksum = installed["metadata"], installed["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{metadata['name'].lower().replace('_', '-')}=={metadata['version']} --hash=sha256:{checksum}\n"


def _remove_what_is_not_used(target: Path) -> None:
    shutil.rmtree(target / "bin", ignore_errors=True)  # scripts that name this machine's Python
    for record in target.glob("*.dist-info/*"):
        if record.name in ("RECORD", "direct_url.json", "INSTALLER", "REQUESTED"):
            record.unlink()


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"], check=True)


if __name__ == "__main__":
    lock() if sys.argv[1:] == ["lock"] else bundle_all()
