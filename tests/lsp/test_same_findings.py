"""One engine, one configuration: the server publishes what `refract check` prints, for the schema and for migrations."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_lsp import LanguageClient

from lsp.editor import Editor

SETTINGS = """\
[rules]
"loosen-not-null-breaks-readers" = "off"
"table-without-primary-key" = "warning"
"timestamp-without-zone" = "info"
"missing-lock-timeout" = "warning"
"schema-without-migration" = "warning"
"""
SCHEMA = """datasource db {
  provider = "postgresql"
}

model User {
  id    BigInt @id @default(autoincrement())
  email String @unique
  // refract-ignore: add-required-column-without-default -- the table is empty
  phone String
  // refract-ignore: drop-column -- nothing here drops one
  at    DateTime?
  posts Post[]
}

model Post {
  title  String @unique
  user   User   @relation(fields: [userId], references: [id])
  userId BigInt
}
"""
MIGRATION = """ALTER TABLE "User" ADD COLUMN "email" TEXT NOT NULL;
-- refract-ignore: drop-column -- exported
ALTER TABLE "User" DROP COLUMN "name";
"""

Line = tuple[str, str, int, str]


def printed(root: Path) -> dict[str, set[Line]]:
    """What the command says, by file."""
    command = [sys.executable, "-m", "refract", "check", str(root), "--format", "json", "--fail-on", "never"]
    answer = json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
    found: dict[str, set[Line]] = {}
    for one in answer["projects"][0]["findings"]:
        line = (one["rule"], one["severity"], one["start"]["line"], one["message"])
        found.setdefault(Path(one["path"]).name, set()).add(line)
    return found


def published(editor: Editor) -> set[Line]:
    names = {1: "error", 2: "warning", 3: "info"}
    return {(str(d.code), names[d.severity or 1], d.range.start.line + 1, str(d.message)) for d in editor.diagnostics()}


@pytest.mark.asyncio
async def test_the_server_reports_what_the_command_prints(
    client: LanguageClient, migration: Path, project: Path
) -> None:
    root = project.parent
    (root / "refract.toml").write_text(SETTINGS)
    migration.write_text(MIGRATION)
    project.write_text(SCHEMA)
    expected = printed(root)
    schema, sql = Editor(client, project), Editor(client, migration)
    await schema.rules()
    await sql.rules()
    assert published(schema) == expected["schema.prisma"]
    assert published(sql) == expected["migration.sql"]
    rules = {line[0] for lines in expected.values() for line in lines}
    assert {
        "unused-suppression",
        "schema-without-migration",
        "table-without-primary-key",
        "missing-lock-timeout",
    } <= rules
    assert "loosen-not-null-breaks-readers" not in rules
