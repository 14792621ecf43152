"""A client that makes no files, watches none and asks nothing: it gets as far, since the server writes and reads."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.conftest import tell_actions_from_commands
from lsp.editor import Editor, write
from lsp.test_commands import EMAIL, PLAN, overview
from lsp.test_pending import execute, lenses
from lsp.test_plans import plan

pytestmark = pytest.mark.asyncio


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def plain(lsp_client: LanguageClient) -> AsyncIterator[None]:
    """A client that writes the edits it gets to the disk, and tells nobody."""
    tell_actions_from_commands(lsp_client)

    @lsp_client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        assert not any(isinstance(change, types.CreateFile) for change in params.edit.document_changes or [])
        write(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    await lsp_client.initialize_session(types.InitializeParams(capabilities=types.ClientCapabilities()))
    yield
    await lsp_client.shutdown_session()


async def test_steps_follow_each_other(plain: LanguageClient, project: Path) -> None:
    wish = {"recipe": "rename-field", "subject": "User.name", "answers": {"to": "title", "how": "trigger"}}
    await execute(plain, "refract.newPlan", project.as_uri(), wish)
    for step in (1, 2, 3):
        (shown,) = (await overview(plain, project.as_uri()))["plans"]
        assert shown["step"] == step
        assert await execute(plain, "refract.takeNextStep", project.as_uri(), PLAN) is True


async def test_a_fix_with_new_files_is_made(plain: LanguageClient, project: Path) -> None:
    editor = Editor(plain, project)
    editor.replace("  name String\n", EMAIL)
    await editor.wait_for("add-required-column-without-default")
    project.write_text(editor.text)
    split = next(a for a in await editor.actions("email") if a.title.startswith("Add in"))
    assert split.edit is None
    assert split.command is not None
    made = await execute(plain, split.command.command, *split.command.arguments or [])
    assert [Path(uri).name for uri in made] == ["add_required_field_user_email.toml", "migration.sql"]
    assert (project.parent / "plans" / "add_required_field_user_email.toml").is_file()


async def test_what_others_wrote_is_seen_when_the_schema_is_saved(plain: LanguageClient, project: Path) -> None:
    editor = Editor(plain, project)
    assert await lenses(plain, editor) == []
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(editor.uri))
    plain.text_document_did_save(saved)
    first, *_ = await lenses(plain, editor)
    assert first.title.startswith("Take step 1: ")
