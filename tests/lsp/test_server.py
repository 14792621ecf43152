"""The server as an editor meets it: a process of its own, spoken to over standard input and output."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.projects import HEADER, INIT, SCHEMA

pytestmark = pytest.mark.asyncio


async def test_a_clean_schema_has_no_output(client: LanguageClient, project: Path) -> None:
    assert await Editor(client, project).rules() == []


async def test_findings_come_and_go_while_typing(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("name String", "fullName String")
    [finding] = await editor.wait_for("field-rename-as-drop-add")
    assert finding.severity == types.DiagnosticSeverity.Error
    assert finding.range == types.Range(types.Position(6, 2), types.Position(6, 10))
    assert "fullName" in finding.message
    assert finding.code_description is not None
    assert finding.code_description.href.endswith("/field-rename-as-drop-add.md")
    editor.replace("fullName String", "name String")
    await editor.wait_for()


async def test_a_half_typed_line_is_not_a_dropped_column(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    await editor.rules()
    for half in ("na", "name Str(", "name String @", 'name String @map("'):
        editor.replace(editor.text.splitlines()[6], "  " + half)
        assert "drop-column" not in await editor.rules()
        assert "field-rename-as-drop-add" not in await editor.rules()
    editor.replace(editor.text.splitlines()[6], "  name String")
    await editor.wait_for()


async def test_the_fix_for_a_rename_keeps_the_column(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("name String", "fullName String // the name on the door")
    await editor.wait_for("field-rename-as-drop-add")
    action, *others = await editor.actions("fullName")
    assert [a.title for a in others] == [
        "Rename in 5 safe steps (no downtime)",
        "RENAME COLUMN now (breaks running code until deployed)",
        "Ignore field-rename-as-drop-add on this line",
        "Ignore field-rename-as-drop-add in the project",
    ]
    assert action.title == 'Keep the column: add @map("name")'
    assert action.is_preferred
    assert [d.code for d in action.diagnostics or []] == ["field-rename-as-drop-add"]
    assert action.edit is None, "the edit is built when the action is chosen"
    resolved = await client.code_action_resolve_async(action)
    assert resolved.edit is not None
    editor.apply(resolved.edit)
    assert 'fullName String @map("name") // the name on the door' in editor.text
    await editor.wait_for()


async def test_the_fix_for_a_renamed_model_keeps_the_table(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("model User", "model Account")
    await editor.wait_for("model-rename-as-drop-create")
    action, *_ = await editor.actions("Account")
    action.title = "a title from another version"
    resolved = await client.code_action_resolve_async(action)
    assert resolved.edit is not None
    editor.apply(resolved.edit)
    assert '@@map("User")' in editor.text
    await editor.wait_for()


async def test_columns_are_counted_as_the_editor_counts_them(client: LanguageClient, project: Path) -> None:
    project.write_bytes(SCHEMA.replace("  name String", "  /* 🦊🦊 */ name String").replace("\n", "\r\n").encode())
    editor = Editor(client, project)
    assert await editor.rules() == []
    editor.replace("name String", "fullName String")
    [finding] = await editor.wait_for("field-rename-as-drop-add")
    assert finding.range.start == types.Position(6, len("  /* ") + 4 + len(" */ "))


async def test_a_schema_in_several_files(client: LanguageClient, tmp_path: Path, project: Path) -> None:
    folder = project.parent / "schema"
    folder.mkdir()
    project.unlink()
    (folder / "main.prisma").write_text(HEADER)
    (folder / "user.prisma").write_text(SCHEMA.removeprefix(HEADER))
    (tmp_path / "package.json").write_text(json.dumps({"prisma": {"schema": "prisma"}}))
    editor = Editor(client, folder / "user.prisma")
    assert await editor.rules() == []
    editor.replace("name String\n", "")
    await editor.wait_for("drop-column")


async def test_migrations_that_change_on_disk_are_read_again(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("name String", "name String\n  nick String?\n  @@index([name])")
    await editor.wait_for("create-index-blocking")
    added = project.parent / "migrations" / "20240102000000_add_nick" / "migration.sql"
    added.parent.mkdir()
    added.write_text('ALTER TABLE "User" ADD COLUMN "nick" TEXT;\nCREATE INDEX "User_name_idx" ON "User"("name");\n')
    event = types.FileEvent(uri=added.as_uri(), type=types.FileChangeType.Created)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    await editor.wait_for()


@pytest.mark.parametrize(
    "name", ["prisma.config.mts", "prisma7.config.cjs", ".config/prisma.js", "prisma.config/index.ts"]
)
async def test_a_new_configuration_is_read(client: LanguageClient, project: Path, name: str) -> None:
    editor, root = Editor(client, project), project.parent.parent
    editor.replace("name String", "name String\n  @@index([name])")
    await editor.wait_for("create-index-blocking")
    shutil.copytree(project.parent / "migrations", root / "sql")
    added = root / "sql" / "20240102000000_add_index" / "migration.sql"
    added.parent.mkdir()
    added.write_text('CREATE INDEX "User_name_idx" ON "User"("name");\n')
    config = root / name
    config.parent.mkdir(exist_ok=True)
    config.write_text(f'export default {{ migrations: {{ path: "{"../" * name.count("/")}sql" }} }}\n')
    event = types.FileEvent(uri=config.as_uri(), type=types.FileChangeType.Created)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    await editor.wait_for()


async def test_two_projects_do_not_mix(client: LanguageClient, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "prisma"
    (other / "migrations" / "1_init").mkdir(parents=True)
    (other / "migrations" / "1_init" / "migration.sql").write_text(INIT.replace("User", "Person"))
    (other / "schema.prisma").write_text(SCHEMA.replace("User", "Person"))
    first, second = Editor(client, project), Editor(client, other / "schema.prisma")
    first.replace("name String\n", "")
    await first.wait_for("drop-column")
    assert await second.rules() == []


async def test_a_failed_analysis_is_reported_and_the_server_continues(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace(editor.text, "\x00<<<<<<< HEAD\nmodel {{{{\n" + "(" * 5000)
    await editor.rules()
    editor.replace(editor.text, SCHEMA)
    await editor.wait_for()


async def test_files_without_a_project_are_left_alone(client: LanguageClient, project: Path) -> None:
    item = types.TextDocumentItem(uri="untitled:Untitled-1", language_id="prisma", version=1, text="model A {}")
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await Editor(client, project).rules()  # the server has answered: it has handled what was sent before
    assert item.uri not in client.diagnostics


async def test_closing_and_opening_again(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("name String\n", "")
    await editor.wait_for("drop-column")
    editor.close()
    await Editor(client, project).wait_for()


async def test_the_editor_and_the_command_find_the_same(client: LanguageClient, project: Path) -> None:
    project.write_text(SCHEMA.replace("name String", "title String\n  age Int\n\n  @@index([title])"))
    editor = Editor(client, project)
    await editor.rules()
    command = [sys.executable, "-m", "refract", "check", str(project), "--format", "json"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    [checked] = json.loads(output)["projects"]
    by_command = sorted(
        (f["rule"], f["message"], f["start"]["line"], f["start"]["column"]) for f in checked["findings"]
    )
    by_editor = sorted(
        (str(d.code), d.message, d.range.start.line + 1, d.range.start.character + 1) for d in editor.diagnostics()
    )
    assert by_command
    assert by_editor == by_command
