"""Which version of Prisma a project uses, from what is installed, locked or asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.workspace.prisma_version import prisma_version, version_files
from small_projects import write

CASES = {
    "installed": ({"node_modules/prisma/package.json": '{"version": "6.2.1"}', "package.json": "{}"}, (6, 2, 1)),
    "client only": ({"node_modules/@prisma/client/package.json": '{"version": "5.0.0-dev.3"}'}, (5, 0, 0)),
    "npm": (
        {"package-lock.json": '{"packages": {"": {"dependencies": {"prisma": "^5"}},'
         ' "node_modules/prisma": {\n "version": "5.22.0"}}}'},
        (5, 22, 0),
    ),
    "npm 6": ({"package-lock.json": '{"dependencies": {"prisma": {"version": "3.1.1"}}}'}, (3, 1, 1)),
    "pnpm 9": ({"pnpm-lock.yaml": "packages:\n\n  '@prisma/client@6.0.1':\n    x: 1\n"}, (6, 0, 1)),
    "pnpm 8": ({"pnpm-lock.yaml": "packages:\n\n  /prisma@5.10.2:\n    x: 1\n  /prisma@5.9.0:\n"}, (5, 10, 2)),
    "pnpm 6": ({"pnpm-lock.yaml": "packages:\n\n  /prisma/4.8.0:\n    x: 1\n"}, (4, 8, 0)),
    "yarn 1": ({"yarn.lock": 'prisma@^4.0.0:\n  version "4.16.2"\n'}, (4, 16, 2)),
    "yarn 4": ({"yarn.lock": '"prisma@npm:^6.0.0":\n  version: 6.19.0\n'}, (6, 19, 0)),
    "bun": ({"bun.lock": '"packages": {\n "prisma": ["prisma@6.5.0", "", {}]'}, (6, 5, 0)),
    "a range": ({"package.json": '{"devDependencies": {"prisma": "^6.1"}}'}, (6, 1)),
    "no number": ({"package.json": '{"devDependencies": {"prisma": "latest"}}'}, None),
    "a lock counts before a range": (
        {"package.json": '{"dependencies": {"prisma": "^5"}}', "../yarn.lock": 'prisma@^5:\n  version "5.1.0"\n'},
        (5, 1, 0),
    ),
    "Prisma 7 beside 8": (
        {"package.json": '{"devDependencies": {"prisma": "8.0.0-rc.5", "@prisma/prisma7": "7.10.1"}}'},
        (7, 10, 1),
    ),
    "Prisma 7 beside 8, which is installed": (
        {"node_modules/prisma/package.json": '{"version": "8.0.0"}',
         "pnpm-lock.yaml": "packages:\n\n  '@prisma/prisma7@7.10.2':\n    x: 1\n"},
        (7, 10, 2),
    ),
    "a catalog of pnpm": (
        {"package.json": '{"devDependencies": {"prisma": "catalog:"}}',
         "../pnpm-workspace.yaml": "packages:\n  - app\ncatalog:\n  '@prisma/client': 5.1.0\n  prisma: ^6.3.1\n"
         "catalogs:\n  old:\n    prisma: 4.0.0\n"},
        (6, 3, 1),
    ),
    "a named catalog of pnpm": (
        {"package.json": '{"dependencies": {"@prisma/client": "catalog:old"}}',
         "../pnpm-workspace.yaml": "catalog:\n  '@prisma/client': 6.1.0\n"
         "catalogs:\n  new:\n    '@prisma/client': 7.1.0\n  old:\n    \"@prisma/client\": '4.0.2'\n"},
        (4, 0, 2),
    ),
    "a catalog of Bun": (
        {"package.json": '{"dependencies": {"prisma": "catalog:"}}',
         "../package.json": '{"workspaces": {"packages": ["app"], "catalog": {"prisma": "^7.0.1"}}}'},
        (7, 0, 1),
    ),
    "a catalog that is not there": ({"package.json": '{"dependencies": {"prisma": "catalog:x"}}'}, None),
    "Deno": ({"deno.json": '{"imports": {"@prisma/client": "npm:@prisma/client@^6.2.0", "prisma": "npm:prisma@^6.2"}}'}, (6, 2)),
    "Deno, locked": (
        {"deno.json": '{"imports": {"prisma": "npm:prisma@^6"}}',
         "deno.lock": '{"specifiers": {"npm:prisma@6": "6.9.0"}, "npm": {"prisma@6.9.0": {}}}'},
        (6, 9, 0),
    ),
    "odd files": (
        {"package.json": "[1]", "package-lock.json": b"\0\0", "node_modules/prisma/package.json": "{{{",
         "yarn.lock": b"\xff"},
        None,
    ),
    "nothing": ({}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_version(tmp_path: Path, name: str) -> None:
    files, version = CASES[name]
    (tmp_path / ".git").mkdir()
    root = tmp_path / "app"
    root.mkdir()
    write(root, files)
    assert prisma_version(root) == version
    assert {(root / file).resolve() for file in files} <= {file.resolve() for file in version_files(root)}


def test_nothing_is_looked_for_outside_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"dependencies": {"prisma": "^5"}}', "repo/.git/HEAD": ""})
    assert prisma_version(tmp_path / "repo") is None
