"""The command that a developer of this project would type to run Prisma."""

from __future__ import annotations

from pathlib import Path

from refract.git import upwards
from refract.reading import read_json
from refract.workspace.prisma_version import PRISMA_7, is_beside_prisma_8

_LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "deno.lock": "deno",
}
_DENO = "deno run -A npm:"
_RUNNERS = {"pnpm": "pnpm", "yarn": "yarn", "bun": "bunx", "npm": "npx"}


def prisma_command(root: Path, *arguments: str) -> str:
    """`npx prisma migrate dev` (`prisma7` beside Prisma 8), as the package manager of the project at `root` spells it."""
    command = "prisma7" if is_beside_prisma_8(root) else "prisma"
    manager = package_manager(root)
    runner = (
        f"{_DENO}{PRISMA_7 if command == 'prisma7' else command}"
        if manager == "deno"
        else f"{_RUNNERS[manager]} {command}"
    )
    return " ".join((runner, *arguments))


def package_manager(root: Path) -> str:
    """`npm`, `pnpm`, `yarn`, `bun` or `deno`: what package.json names, else whose lock file is nearest, looking upwards."""
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
