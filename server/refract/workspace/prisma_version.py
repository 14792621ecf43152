"""Which version of Prisma a project uses, read from its files as text. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from refract.git import upwards
from refract.reading import UnreadableFile, read_json, read_text

if TYPE_CHECKING:  # an answer that is remembered needs no provider
    from refract.providers.versions import Version

PRISMA_7 = "@prisma/prisma7"
"""Prisma 7 under another name, so that it can be installed beside Prisma 8: it has the command `prisma7`."""

_PACKAGES = ("prisma", "@prisma/client")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,2}")
_INSTALLED = "node_modules/{package}/package.json"
_LOCKED = {
    "package-lock.json": r'"(?:node_modules/)?{package}":\s*\{{\s*"version":\s*"(\d[\d.]*)',
    "pnpm-lock.yaml": r"^[ \t]+'?/?{package}[@/](\d[\d.]*)",
    "yarn.lock": r'^"?{package}@[^\n]*:\r?\n[ \t]+version:? "?(\d[\d.]*)',
    "bun.lock": r'"{package}":\s*\["{package}@(\d[\d.]*)',
    "deno.lock": r'"(?:npm:)?{package}@(?:[^":\n]*":\s*")?(\d[\d.]*)',
}
_IMPORTED = r"npm:/?{package}@[^\w\"']*(\d[\d.]*)"
_DENO_FILES = ("deno.json", "deno.jsonc")
_CATALOGS = "pnpm-workspace.yaml"
_CATALOG = re.compile(r"^(?:catalog|  (?P<name>[\w.-]+|\"[^\"\n]*\"|'[^'\n]*')):[ \t]*\r?$", re.MULTILINE)


def prisma_version(root: Path) -> Version | None:
    """The version of Prisma that the project at `root` uses; None if no file shows it.

    What is installed counts before what is locked, and that before what package.json or deno.json requires; each is
    looked for from `root` upwards to the root of the git repository. Of several locked versions the newest.
    If Prisma 7 is there under its own name, its version counts.
    """
    return _version((PRISMA_7,), root) or _version(_PACKAGES, root)


def is_beside_prisma_8(root: Path) -> bool:
    """Whether the project at `root` has Prisma 7 under its own name."""
    return _version((PRISMA_7,), root) is not None


def version_files(root: Path) -> Iterator[Path]:
    """The files that `prisma_version` may look at; most of them do not exist."""
    installed = tuple(_INSTALLED.format(package=package) for package in (PRISMA_7, *_PACKAGES))
    for folder in upwards(root):
        yield from (folder / name for name in (*installed, *_LOCKED, *_DENO_FILES, _CATALOGS, "package.json"))


def _version(packages: Iterable[str], root: Path) -> Version | None:
    folders, names = tuple(upwards(root)), tuple(packages)
    readers: tuple[Callable[[Path, Sequence[str]], Version | None], ...] = (_installed, _locked, _required, _imported)
    found = (reader(folder, names) for reader in readers for folder in folders)
    return next((version for version in found if version), None)


def _installed(folder: Path, packages: Sequence[str]) -> Version | None:
    files = (folder / _INSTALLED.format(package=package) for package in packages)
    found = (_number(read_json(file).get("version")) for file in files)
    return next((version for version in found if version), None)


def _locked(folder: Path, packages: Sequence[str]) -> Version | None:
    for name, pattern in _LOCKED.items():
        found = _newest(folder / name, pattern, packages)
        if found:
            return found
    return None


def _newest(file: Path, pattern: str, packages: Sequence[str]) -> Version | None:
    text = read_text(file)
    for package in () if isinstance(text, UnreadableFile) else packages:
        found = re.findall(pattern.format(package=re.escape(package)), str(text), re.MULTILINE)
        if found:
            return max(version for number in found if (version := _number(number)))
    return None


def _required(folder: Path, packages: Sequence[str]) -> Version | None:
    package = read_json(folder / "package.json")
    wanted = (package.get(kind) for kind in ("devDependencies", "dependencies"))
    tables = [table for table in wanted if isinstance(table, dict)]
    asked = ((name, table.get(name)) for name in packages for table in tables)
    found = (_in_catalog(folder, name, text) if _is_catalog(text) else _number(text) for name, text in asked)
    return next((version for version in found if version), None)


def _is_catalog(text: object) -> bool:
    return isinstance(text, str) and text.startswith("catalog:")


def _in_catalog(folder: Path, package: str, reference: object) -> Version | None:
    """The version that a catalog of the workspace has: of pnpm in a file of its own, of Bun in package.json."""
    name = str(reference).partition(":")[2].strip()
    for place in upwards(folder):
        found = _in_pnpm_catalog(place / _CATALOGS, package, name) or _in_bun_catalog(place, package, name)
        if found:
            return found
    return None


def _in_pnpm_catalog(file: Path, package: str, name: str) -> Version | None:
    text = read_text(file)
    if isinstance(text, UnreadableFile):
        return None
    heads = list(_CATALOG.finditer(text))
    for head, end in zip(heads, (*(later.start() for later in heads[1:]), len(text)), strict=False):
        if (head["name"] or "default").strip("'\"") == (name or "default"):
            line = re.search(rf"^[ \t]+['\"]?{re.escape(package)}['\"]?:(.*)$", text[head.end() : end], re.MULTILINE)
            return _number(line[1]) if line else None
    return None


def _in_bun_catalog(folder: Path, package: str, name: str) -> Version | None:
    manifest = read_json(folder / "package.json")
    for holder in (manifest, manifest.get("workspaces")):
        catalogs = holder.get("catalogs") if isinstance(holder, Mapping) else None
        named = catalogs.get(name) if isinstance(catalogs, Mapping) else None
        table = named if name else holder.get("catalog") if isinstance(holder, Mapping) else None
        if isinstance(table, Mapping):
            return _number(table.get(package))
    return None


def _imported(folder: Path, packages: Sequence[str]) -> Version | None:
    """What Deno imports."""
    found = (_newest(folder / name, _IMPORTED, packages) for name in _DENO_FILES)
    return next((version for version in found if version), None)


def _number(text: object) -> Version | None:
    """The first version in a text such as `^6.1.0`; None if there is none (`latest`, `workspace:*`)."""
    found = _NUMBER.search(text) if isinstance(text, str) else None
    return tuple(map(int, found[0].split("."))) if found else None
