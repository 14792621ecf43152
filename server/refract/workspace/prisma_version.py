"""Which version of Prisma a project uses, read from its files as text. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from refract.git import upwards
from refract.reading import UnreadableFile, read_json, read_text

if TYPE_CHECKING:  # an answer that is remembered needs no provider
    from refract.providers.versions import Version

_PACKAGES = ("prisma", "@prisma/client")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,2}")
_INSTALLED = tuple(f"node_modules/{package}/package.json" for package in _PACKAGES)
_LOCKED = {
    "package-lock.json": r'"(?:node_modules/)?{package}":\s*\{{\s*"version":\s*"(\d[\d.]*)',
    "pnpm-lock.yaml": r"^[ \t]+'?/?{package}[@/](\d[\d.]*)",
    "yarn.lock": r'^"?{package}@[^\n]*:\r?\n[ \t]+version:? "?(\d[\d.]*)',
    "bun.lock": r'"{package}":\s*\["{package}@(\d[\d.]*)',
}


def prisma_version(root: Path) -> Version | None:
    """The version of Prisma that the project at `root` uses; None if no file shows it.

    What is installed counts before what is locked, and that before what package.json requires; each is looked for from
    `root` upwards to the root of the git repository. Of several locked versions the newest.
    """
    folders = tuple(upwards(root))
    readers: tuple[Callable[[Path], Version | None], ...] = (_installed, _locked, _required)
    found = (reader(folder) for reader in readers for folder in folders)
    return next((version for version in found if version), None)


def version_files(root: Path) -> Iterator[Path]:
    """The files that `prisma_version` may look at; most of them do not exist."""
    for folder in upwards(root):
        yield from (folder / name for name in (*_INSTALLED, *_LOCKED, "package.json"))


def _installed(folder: Path) -> Version | None:
    found = (_number(read_json(folder / name).get("version")) for name in _INSTALLED)
    return next((version for version in found if version), None)


def _locked(folder: Path) -> Version | None:
    for name, pattern in _LOCKED.items():
        text = read_text(folder / name)
        if isinstance(text, UnreadableFile):
            continue
        for package in _PACKAGES:
            found = re.findall(pattern.format(package=re.escape(package)), text, re.MULTILINE)
            if found:
                return max(version for number in found if (version := _number(number)))
    return None


def _required(folder: Path) -> Version | None:
    package = read_json(folder / "package.json")
    wanted = (package.get(kind) for kind in ("devDependencies", "dependencies"))
    tables = [table for table in wanted if isinstance(table, dict)]
    found = (_number(table.get(name)) for name in _PACKAGES for table in tables)
    return next((version for version in found if version), None)


def _number(text: object) -> Version | None:
    """The first version in a text such as `^6.1.0`; None if there is none (`latest`, `workspace:*`)."""
    found = _NUMBER.search(text) if isinstance(text, str) else None
    return tuple(map(int, found[0].split("."))) if found else None
