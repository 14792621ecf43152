"""Projects that an agent works in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from small_projects import HEAD, INIT, LOCK, USER, commit, write

RENAMED = HEAD + USER.replace("  email String\n", "  mail  String\n")
APPLIED = "prisma/migrations/20240101000000_init/migration.sql"
SCRIPTS = {
    "name": "shop",
    "scripts": {
        "db:reset": "prisma migrate reset --force",
        "db:wipe": "dotenv -e .env -- npm run db:reset",
        "pretest:db": "prisma db push --force-reset --skip-generate",
        "test:db": "vitest",
        "dev": "next dev",
        "build": "prisma generate && next build",
        "test": "vitest run",
        "lint": "eslint .",
        "migrate": "prisma migrate deploy",
    },
}
MAKEFILE = "reset:\n\t@npx prisma migrate reset --force\n\ntest:\n\tnpm test\n"


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def make(root: Path, schema: str = HEAD + USER) -> Path:
    """A repository whose migrations are merged, with a schema that may want more."""
    write(root, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        APPLIED: INIT,
        "package.json": json.dumps(SCRIPTS),
        "Makefile": MAKEFILE,
        "reset.sh": "set -e\nnpx prisma migrate reset --force\n",
        "wipe.sql": 'TRUNCATE "User";\n',
        "look.sql": 'SELECT count(*) FROM "User";\n',
        "apps/api/package.json": json.dumps({"name": "@shop/api", "scripts": {"nuke": "prisma db push --force-reset"}}),
    })  # fmt: skip
    commit(root)
    write(root, {"prisma/schema.prisma": schema})
    return root


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with nothing pending, which is the current folder."""
    monkeypatch.chdir(make(tmp_path))
    return tmp_path


@pytest.fixture
def renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose schema has a field under another name."""
    monkeypatch.chdir(make(tmp_path, RENAMED))
    return tmp_path
