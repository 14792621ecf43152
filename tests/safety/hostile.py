"""Names that try to leave the place they are shown in, and projects that use them for everything a project can name."""

from __future__ import annotations

import json
from pathlib import Path

from small_projects import HEAD, LOCK, write

NAMES = {
    "line-end": "a\nDROP TABLE secrets; --",
    "carriage-return": "a\rDROP TABLE secrets; --",
    "finding": "a\nprisma/schema.prisma:1:1: error drop-table: forged",
    "image": "a`![x](https://evil.example/p.png)`b",
    "fence": "a\n```\n![x](https://evil.example/p.png)\n# Heading",
    "html": "<img src=https://evil.example/p.png>",
    "terminal": "a\x1b]0;title\x07\x1b[31mb",
    "github": "a\n::error::forged",
    "quotes": 'it\'s "quoted"',
    "shell": "$(touch x)`touch y`;touch z",
    "right-to-left": "a\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "comment": "a*/ DROP TABLE secrets; /*",
    "dollars": "a$$; DROP TABLE secrets; $$",
}


def quoted(name: str) -> str:
    """A name as an identifier of PostgreSQL."""
    return '"' + name.replace('"', '""') + '"'


def mapped(name: str) -> str:
    """A name as a text of a Prisma schema."""
    return json.dumps(name)


def project(root: Path, name: str) -> Path:
    """A project that drops a column, a table and an index of a name, and adds others of it, after two migrations of it."""
    column, table, index = (quoted(name + part) for part in ("", "_t", "_i"))
    folder = f"20240201000000_{name.replace('/', '')}"[:80]
    write(root, {
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": (
            'CREATE TABLE "User" ("id" INTEGER NOT NULL, "old" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n'
            f'CREATE TABLE {table} ("id" INTEGER NOT NULL, CONSTRAINT "k" PRIMARY KEY ("id"));\n'
        ),
        f"prisma/migrations/{folder}/migration.sql": (
            f'ALTER TABLE "User" DROP COLUMN "old", ADD COLUMN {column} TEXT;\nDELETE FROM {table};\n'
            f'CREATE INDEX {index} ON "User"({column});\n'
        ),
        "prisma/schema.prisma": HEAD + (
            "model User {\n  id Int @id\n"
            f"  added Int @map({mapped(name + '_c')})\n"
            "}\n\n"
            f"model Added {{\n  id Int @id\n\n  @@map({mapped(name + '_n')})\n}}\n"
        ),
    })  # fmt: skip
    return root
