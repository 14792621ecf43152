"""Builds what is published besides the wheel and the extension for VS Code, into build/packages.

python packaging/build.py standalone    Refract with a Python of its own, for this platform (needs `--group standalone`)
python packaging/build.py npm           the package on npm, and the one for this platform if `standalone` has run
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
NPM = ROOT / "packaging" / "npm"
PACKAGES = ROOT / "build" / "packages"
STANDALONE = PACKAGES / "standalone" / "refract"

_ENTRY = "from refract.cli.main import main\n\nmain()\n"
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def standalone() -> None:
    """Write `build/packages/standalone/refract`: a folder with the program `refract` and all that it needs."""
    work = PACKAGES / "work"
    work.mkdir(parents=True, exist_ok=True)
    entry = work / "refract_entry.py"
    entry.write_text(_ENTRY, "utf-8")
    shutil.rmtree(STANDALONE, ignore_errors=True)
    _run(
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--onedir", "--name=refract", "--log-level=ERROR"),
        *("--collect-all=refract", "--collect-submodules=sqlglot", f"--distpath={STANDALONE.parent}"),
        *(f"--workpath={work}", f"--specpath={work}", *_data(), str(entry)),
    )


def _data() -> list[str]:
    """What the wheel has besides the package, at the same places."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items()
    folders = (
        (ROOT / source, target if (ROOT / source).is_dir() else str(Path(target).parent)) for source, target in included
    )
    return [f"--add-data={source}{os.pathsep}{target}" for source, target in folders]


def npm() -> None:
    """Write the folders of the packages on npm, ready for `npm publish`."""
    version = _version()
    main = _fresh(PACKAGES / "npm" / "prisma-refract")
    shutil.copytree(NPM / "bin", main / "bin")
    _bundle().bundle(main / "bundled" / "libs")
    shutil.copy(NPM / "run.py", main / "bundled")
    for file in (NPM / "README.md", ROOT / "LICENSE"):
        shutil.copy(file, main)
    manifest = json.loads((NPM / "package.json").read_text("utf-8"))
    others = {f"prisma-refract-{target}": version for target in TARGETS}
    _write(main, manifest | {"version": version, "optionalDependencies": others})
    if STANDALONE.is_dir():
        _for_this_platform(manifest, version)


TARGETS = ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64")
"""The platforms with a self-contained build, as Node names them."""


def target() -> str:
    """This platform, as Node names it. Raises KeyError for one without a build."""
    return f"{_SYSTEMS[platform.system()]}-{_MACHINES[platform.machine().lower()]}"


def _for_this_platform(manifest: dict[str, Any], version: str) -> None:
    name = f"prisma-refract-{target()}"
    folder = _fresh(PACKAGES / "npm" / name)
    shutil.copytree(STANDALONE, folder / "refract", symlinks=True)
    shutil.copy(ROOT / "LICENSE", folder)
    system, machine = target().split("-")
    description = f"Refract with a Python of its own, for {target()}. Install prisma-refract instead."
    kept = {key: manifest[key] for key in ("license",)}
    limits = {"os": [system], "cpu": [machine], "preferUnplugged": True}
    _write(folder, {"name": name, "version": version, "description": description, **kept, **limits})


def _bundle() -> ModuleType:
    """The module that collects the libraries for the extension: the same ones, with the same hashes."""
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "vscode-client" / "scripts" / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _version() -> str:
    text = (ROOT / "server" / "refract" / "__init__.py").read_text("utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _write(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    {"standalone": standalone, "npm": npm}[sys.argv[1]]()
