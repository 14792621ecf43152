"""Puts the server and all libraries that it needs into `bundled/libs`, as they are on PyPI; run with any pip.

Only wheels for every Python and every system are taken: what is compiled would tie the extension to one of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1]
LIBRARIES = CLIENT / "bundled" / "libs"
_ANYWHERE = ("--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any", "--python-version=3.11")


def bundle(target: Path) -> None:
    """Fill `target`, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        _pip("wheel", "--no-deps", f"--wheel-dir={folder}", str(CLIENT.parent))
        [wheel] = Path(folder).glob("*.whl")
        _pip("install", f"--target={target}", "--no-compile", *_ANYWHERE, str(wheel))
    _remove_what_is_not_used(target)
    compiled = [p for p in target.rglob("*") if p.suffix in (".so", ".pyd", ".dylib")]
    if compiled:
        raise SystemExit(f"not for every system: {', '.join(map(str, compiled))}")


def _remove_what_is_not_used(target: Path) -> None:
    shutil.rmtree(target / "bin", ignore_errors=True)  # scripts that name this machine's Python
    for record in target.glob("*.dist-info/*"):
        if record.name in ("RECORD", "direct_url.json", "INSTALLER", "REQUESTED"):
            record.unlink()


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"], check=True)


if __name__ == "__main__":
    bundle(LIBRARIES)
