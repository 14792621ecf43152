"""Plans in the editor: where they stand, the next step by one edit, the word of a person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.test_pending import execute, lenses

pytestmark = pytest.mark.asyncio


def plan(project: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "refract", "plan", *arguments, "--project", str(project)]
    subprocess.run(command, check=True, capture_output=True)


async def test_the_lens_takes_the_next_step(client: LanguageClient, project: Path) -> None:
    asked: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        asked.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    editor = Editor(client, project)
    says, take = await lenses(client, editor)
    assert says.title == "Refract: rename-field User.name, step 1 of 5: expand"
    assert take.title == "Take step 1: Add `title` beside `name`, kept in step by a trigger"
    assert await execute(client, take.command, *take.arguments or []) is True
    (made,) = asked
    changes = made.edit.document_changes or []
    created = [change.uri for change in changes if isinstance(change, types.CreateFile)]
    assert len(created) == 1 and "_add_title_to_user" in created[0]
    edited = [c.text_document.uri.rsplit("/", 1)[-1] for c in changes if isinstance(c, types.TextDocumentEdit)]
    assert edited == ["schema.prisma", "migration.sql", "rename_field_user_name_to_title.toml"]


async def test_a_person_confirms_what_people_do(client: LanguageClient, project: Path) -> None:
    asked: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        asked.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    plan(project, "new", "add-unique", "User", "fields=name")
    editor = Editor(client, project)
    _, confirm = await lenses(client, editor)
    assert confirm.title == "Confirm: No two rows hold the same `name`"
    assert await execute(client, confirm.command, *confirm.arguments or []) is True
    (made,) = asked
    (change,) = made.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert "confirmed = {by = " in change.edits[0].new_text
