"""The project that is opened in editors, and the environment that finds `refract`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from small_projects import HEAD, LOCK, commit, write

BUILT = """\
-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "naïve😀" TEXT,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
"""
SCHEMA = (
    HEAD
    + """\
model User {
  id    Int     @id @default(autoincrement())
  name  String
  naive String? @map("naïve😀")
}
"""
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a schema that is in step with its one migration."""
    files = {
        "package.json": "{}",
        "seed.sql": "DROP TABLE x;\n",
        "prisma/schema.prisma": SCHEMA,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20250101000000_init/migration.sql": BUILT,
    }
    write(tmp_path, dict(files))
    commit(tmp_path)
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment with the `refract` under test first on PATH."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
