"""Fixes of statements in a migration that is new on its branch: the text of the file before and after."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from refract.actions.fixing import fixes_of
from refract.analysis import Analysis, analyse, open_project
from refract.text import FileEdits, apply_edits
from refract.workspace import find_projects

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")
SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n'
INIT = """CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
"""

CASES = [
    (
        "create-index-blocking",
        'CREATE INDEX "User_name_idx" ON "User"("name");\n',
        "Add CONCURRENTLY",
        'CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");\n',
        {},
    ),
    (
        "create-index-blocking",
        '-- AlterTable\nALTER TABLE "User" ADD COLUMN "age" INTEGER;\n\n'
        '-- CreateIndex\nCREATE INDEX "User_name_idx" ON "User"("name");\n',
        "Move to a migration of its own: CREATE INDEX CONCURRENTLY",
        '-- AlterTable\nALTER TABLE "User" ADD COLUMN "age" INTEGER;\n\n',
        {"20260501120000": '-- CreateIndex\nCREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");\n'},
    ),
    (
        "add-foreign-key-on-existing-rows",
        'ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id");\n',
        "Add NOT VALID, and validate it in the next migration",
        'ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id")'
        " NOT VALID;\n",
        {"20260501120000": '-- AlterTable\nALTER TABLE "Post" VALIDATE CONSTRAINT "Post_userId_fkey";\n'},
    ),
]


def opened(root: Path, sql: str) -> Analysis:
    migrations = root / "prisma" / "migrations"
    (migrations / "20250101000000_init").mkdir(parents=True)
    (migrations / "20250101000000_init" / "migration.sql").write_text(INIT)
    (root / "prisma" / "schema.prisma").write_text(SCHEMA)
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "start")):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    (migrations / "20250201000000_new").mkdir()
    (migrations / "20250201000000_new" / "migration.sql").write_text(sql)
    (found,) = find_projects(root)
    return analyse(open_project(found))


@pytest.mark.parametrize(("rule", "sql", "title", "after", "written"), CASES)
def test_statements_are_rewritten(
    rule: str,
    sql: str,
    title: str,
    after: str,
    written: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    analysis = opened(tmp_path, sql)
    finding = next(f for f in analysis.findings if f.rule == rule and f.origin and f.origin.path.endswith(".sql"))
    fix = next(f for f in fixes_of(analysis, finding, NOW) if f.title == title)
    changes = fix.build()
    edited = next(c for c in changes if isinstance(c, FileEdits))
    assert apply_edits(sql, edited.edits) == after
    assert {Path(c.path).parent.name[:14]: c.text for c in changes if not isinstance(c, FileEdits)} == written
