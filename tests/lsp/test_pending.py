"""The pending migration in the editor: how much is pending, what will run, and writing it."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.projects import git

pytestmark = pytest.mark.asyncio


async def lenses(client: LanguageClient, editor: Editor) -> list[types.Command]:
    identifier = types.TextDocumentIdentifier(uri=editor.uri)
    found = await client.text_document_code_lens_async(types.CodeLensParams(text_document=identifier))
    return [lens.command for lens in found or [] if lens.command]


async def execute(client: LanguageClient, command: str, *arguments: Any) -> Any:
    params = types.ExecuteCommandParams(command=command, arguments=list(arguments))
    return await client.workspace_execute_command_async(params)


async def test_the_lens_shows_pending_changes(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    assert await lenses(client, editor) == []
    editor.replace("  name String\n", "  email String?\n")
    titles = [command.title for command in await lenses(client, editor)]
    assert titles[:2] == ["Refract: 2 pending changes, 1 risky", "Preview SQL"]
    assert titles[2].startswith("Create ")


async def test_the_preview_is_what_would_run(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String?\n")
    _, preview, create = await lenses(client, editor)
    shown = await execute(client, preview.command, *preview.arguments or [])
    assert shown["sql"] == '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "email" TEXT;\n'
    name = shown["names"][0]
    assert name.startswith("add_email_to_user")
    assert shown["command"] == f"npx prisma migrate dev --create-only --name {name}"
    assert create.title == f"Create {name}"


async def test_a_migration_is_created_by_one_edit(client: LanguageClient, project: Path) -> None:
    asked: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        asked.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    editor = Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String?\n")
    _, _, create = await lenses(client, editor)
    uris = await execute(client, create.command, *create.arguments or [])
    [params] = asked
    made, written = params.edit.document_changes or []
    assert isinstance(made, types.CreateFile)
    assert isinstance(written, types.TextDocumentEdit)
    assert [made.uri] == uris == [written.text_document.uri]
    assert made.uri.endswith(f"_{create.title.removeprefix('Create ')}/migration.sql")
    assert made.options == types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    assert written.edits[0].new_text == '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "email" TEXT;\n'


async def test_nothing_pending_creates_nothing(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    await editor.rules()
    assert await execute(client, "refract.createMigration", editor.uri) == []


async def test_hover_shows_what_runs(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String\n")
    await editor.wait_for("add-required-column-without-default")
    found = await editor.hover("email")
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "ADD COLUMN" in found.contents.value
    assert found.contents.value.startswith("**Adding required `User.email` fails on existing rows**")
    assert await editor.hover("name") is None


async def test_nothing_is_created_of_a_schema_with_problems(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String?\n}\n\nmodel Half {\n  half\n")
    titles = [command.title for command in await lenses(client, editor)]
    assert titles == ["Refract: 1 pending change", "Preview SQL"]
    assert await execute(client, "refract.createMigration", editor.uri) == []
    refusal = "No migration written. Fix this problem first: prisma/schema.prisma:12: "
    assert client.messages[-1].message.startswith(refusal)


async def test_a_first_migration_is_explained(client: LanguageClient, project: Path) -> None:
    asked: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        asked.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    rmtree(project.parent / "migrations")
    git(project.parent, "init", "--initial-branch=main")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--message=start")
    editor = Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String?\n")
    lock, first, pending = await execute(client, "refract.createMigration", editor.uri)
    assert (lock.rpartition("/")[2], first.split("/")[-2]) == ("migration_lock.toml", "0_init")
    assert pending.split("/")[-2].endswith("add_email_to_users")
    assert client.messages[-1].message.endswith("of them: `npx prisma migrate resolve --applied 0_init`")
