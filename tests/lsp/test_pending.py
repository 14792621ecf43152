"""The pending migration in the editor: how much is pending, what will run, and writing it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Disk, Editor, write
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
    assert titles == ["Refract: 2 pending changes, 1 risky", "Fix…", "Preview SQL"], "a risk is fixed, not written"
    editor.replace("  email String?\n", "  name String\n  email String?\n")
    titles = [command.title for command in await lenses(client, editor)]
    assert titles == ["Refract: 1 pending change", "Preview SQL", "Create add_email_to_users"]


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


class Person:
    """Chooses a button of each question."""

    def __init__(self, client: LanguageClient, chosen: str | None) -> None:
        self.questions: list[types.ShowMessageRequestParams] = []
        self.chosen = chosen

        @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        def ask(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.questions.append(params)
            return next((action for action in params.actions or [] if action.title == self.chosen), None)

        @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
        def refresh(_: None) -> None:
            """A client that can be asked to refresh has to answer."""


@pytest.mark.parametrize(("chosen", "files"), [("Write It Anyway", 1), ("Show Fixes", 0), (None, 0)])
async def test_a_migration_that_deletes_data_is_a_question(
    showing: LanguageClient, project: Path, chosen: str | None, files: int
) -> None:
    disk, person, editor = Disk(showing), Person(showing, chosen), Editor(showing, project)
    editor.replace("  name String\n", "  fullName String\n")
    made = await execute(showing, "refract.createMigration", editor.uri)
    assert (len(made), len(disk.asked)) == (files, files)
    (question,) = person.questions
    assert question.message == "This migration deletes all values of `User.name`."
    assert [action.title for action in question.actions or []] == ["Show Fixes", "Write It Anyway"]
    assert [shown.selection.start.line for shown in showing.shown_documents if shown.selection] == (
        [6] if chosen == "Show Fixes" else []
    )
    if made:
        assert "_drop_name_add_full_name_on_users/" in made[0]


async def test_an_error_that_deletes_nothing_is_a_question_too(client: LanguageClient, project: Path) -> None:
    disk, person, editor = Disk(client), Person(client, None), Editor(client, project)
    editor.replace("  name String\n", "  name String\n  email String\n")
    assert await execute(client, "refract.createMigration", editor.uri) == []
    assert person.questions[0].message == "Adding required `User.email` fails on existing rows."
    assert await execute(client, "refract.createMigration", editor.uri, None, True), "a script has asked before"
    assert (len(person.questions), len(disk.asked)) == (1, 1)


async def test_other_commands_run_while_a_question_is_open(client: LanguageClient, project: Path) -> None:
    answered = asyncio.Event()

    @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
    async def ask(_: types.ShowMessageRequestParams) -> None:
        await answered.wait()

    Disk(client)
    editor = Editor(client, project)
    editor.replace("  name String\n", "  fullName String\n")
    creating = asyncio.create_task(execute(client, "refract.createMigration", editor.uri))
    assert await execute(client, "refract.writeRollback", editor.uri)
    answered.set()
    assert await creating == []


async def test_a_fix_opens_the_migration_that_it_writes(showing: LanguageClient, project: Path) -> None:
    disk, editor = Disk(showing), Editor(showing, project)
    editor.replace("  name String\n", "  fullName String\n")
    (action,) = [a for a in await editor.actions("fullName") if a.title.startswith("RENAME COLUMN now (breaks running")]
    resolved = await showing.code_action_resolve_async(action)
    assert resolved.edit is not None and resolved.command is not None
    write(resolved.edit)
    await execute(showing, resolved.command.command, *resolved.command.arguments or [])
    (shown,) = showing.shown_documents
    assert shown.uri.endswith("_rename_name_to_full_name_on_users/migration.sql")
    assert disk.asked == []


async def test_a_split_shows_what_it_has_written_and_what_to_do(showing: LanguageClient, project: Path) -> None:
    Disk(showing)
    editor, person = Editor(showing, project), Person(showing, "What Now?")
    editor.replace("  name String\n", "  fullName String\n")
    action = next(a for a in await editor.actions("fullName") if a.title.startswith("Rename in "))
    resolved = await showing.code_action_resolve_async(action)
    assert resolved.edit is not None and resolved.command is not None
    write(resolved.edit)
    before = len(showing.messages)
    await execute(showing, resolved.command.command, *resolved.command.arguments or [])
    while len(showing.messages) == before:
        await asyncio.sleep(0.01)
    (question,) = person.questions
    assert question.message == "Step 1 of 5 is written. Review the files, commit and deploy them."
    assert [button.title for button in question.actions or []] == ["Open Migration", "What Now?"]
    assert "Deploy the migrations." in showing.messages[-1].message


async def test_the_lens_leads_to_the_fixes(showing: LanguageClient, project: Path) -> None:
    editor = Editor(showing, project)
    editor.replace("  name String\n", "  fullName String\n")
    fixes = next(c for c in await lenses(showing, editor) if c.title == "Fix…")
    found = await execute(showing, fixes.command, *fixes.arguments or [])
    assert found["uri"] == editor.uri
    assert showing.shown_documents[0].selection == types.Range(types.Position(6, 2), types.Position(6, 2))


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
    assert await editor.hover("datasource") is None


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
