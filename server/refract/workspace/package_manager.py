"""The command that a developer of this project would type to run Prisma."""

from __future__ import annotations

from pathlib import Path

from refract.git import upwards
from refract.reading import read_json

_LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
}
_RUNNERS = {"pnpm": "pnpm", "yarn": "yarn", "bun": "bunx", "npm": "npx"}


def prisma_command(root: Path, *arguments: str) -> str:
    """`npx prisma migrate dev`, as the package manager of the project at `root` spells it."""
    return " ".join((_RUNNERS[package_manager(root)], "prisma", *arguments))


def package_manager(root: Path) -> str:
    """`npm`, `pnpm`, `yarn` or `bun`: what package.json names, else whose lock file is nearest, looking upwards."""
    for folder in upwards(root):
        named = _named_in(folder / "package.json")
        if named:
            return named
        found = next((manager for file, manager in _LOCK_FILES.items() if (folder / file).is_file()), None)
        if found:
            return found
    return "npm"


def _named_in(file: Path) -> str | None:
    """The `packageManager` of a package.json, such as `pnpm@9.1.0`."""
    named = read_json(file).get("packageManager")
    manager = named.partition("@")[0] if isinstance(named, str) else ""
    return manager if manager in _RUNNERS else None
