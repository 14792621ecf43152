"""Small projects for tests: texts, and how they get on disk and into git."""

from __future__ import annotations

import subprocess
from pathlib import Path

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
USER = "model User {\n  id    Int    @id\n  email String\n}\n"
INIT = (
    'CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n'
)
LOCK = 'provider = "postgresql"\n'


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(root: Path) -> None:
    """Commit everything in `root`, making it a repository first."""
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(["git", *identity, "commit", "-qm", "all"], cwd=root, check=True)
