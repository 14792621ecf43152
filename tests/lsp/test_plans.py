"""Plans in the editor: where they stand, the next step by one edit, the word of a person."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Disk, Editor
from lsp.test_pending import execute, lenses
from refract import clock
from refract.lsp.session import Session

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
    assert {lens.range.start.line for lens in await editor.lenses()} == {6}, "above the field"
    take, where = await lenses(client, editor)
    assert take.title == "Take step 1: Add `title`, synced with `name` by a trigger"
    assert where.title == "Refract 1/5"
    assert await execute(client, take.command, *take.arguments or []) is True
    (made,) = asked
    changes = made.edit.document_changes or []
    created = [change.uri for change in changes if isinstance(change, types.CreateFile)]
    assert len(created) == 1 and "_add_title_to_user" in created[0]
    edited = [c.text_document.uri.rsplit("/", 1)[-1] for c in changes if isinstance(c, types.TextDocumentEdit)]
    assert edited == ["rename_field_user_name_to_title.toml", "schema.prisma", "migration.sql"]


async def test_a_deploy_is_confirmed(client: LanguageClient, project: Path) -> None:
    asked: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        asked.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    plan(project, "new", "add-unique", "User", "fields=name")
    editor = Editor(client, project)
    confirm, _ = await lenses(client, editor)
    assert confirm.title == "Confirm: Remove duplicates of `name`"
    assert await execute(client, confirm.command, *confirm.arguments or []) is True
    (made,) = asked
    (change,) = made.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert "confirmed = {by = " in change.edits[0].new_text


async def said(editor: Editor, at: str) -> str:
    found = await editor.hover(at)
    return found.contents.value if found and isinstance(found.contents, types.MarkupContent) else ""


async def test_hover_shows_the_status_of_the_plan_of_a_field(client: LanguageClient, project: Path) -> None:
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    plan(project, "next")
    editor = Editor(client, project)
    await editor.actions("")
    head = "**Plan rename-field User.name**: step 2 of 5: backfill. **Fill `title` in existing rows**"
    assert (await said(editor, "name String")).startswith(head)
    assert (await said(editor, "title")).startswith(head), "both fields are under the plan"
    assert "refract plan next rename_field_user_name_to_title" in await said(editor, "title")
    assert "Plan" not in await said(editor, "id ")


async def test_hover_shows_what_to_do(client: LanguageClient, project: Path) -> None:
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    for _ in range(4):
        plan(project, "next")
    editor = Editor(client, project)
    await editor.actions("")
    told = await said(editor, "title")
    assert "step 4 of 5: switch, waiting for your deploy. **Deploy code that uses `title`" in told
    assert "refract plan done" in told


async def test_the_field_under_a_plan_offers_its_next_step(client: LanguageClient, project: Path) -> None:
    disk = Disk(client)
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    editor = Editor(client, project)
    (action,) = await editor.actions("name String")
    assert action.title == "rename-field User.name: take step 1: Add `title`, synced with `name` by a trigger"
    assert action.command is not None
    assert await execute(client, action.command.command, *action.command.arguments or []) is True
    assert "title String?" in project.read_text()
    assert disk.asked[0].label == "Refract: Add `title`, synced with `name` by a trigger"
    assert await editor.actions("id ") == []


async def test_an_unreadable_plan_is_reported_until_it_is_fixed(client: LanguageClient, project: Path) -> None:
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    file = project.parent / "plans" / "rename_field_user_name_to_title.toml"
    sound = file.read_text()
    file.write_text("<<<<<<< ours\n" + sound)
    editor = Editor(client, project)
    await editor.actions("")
    await asyncio.sleep(0.1)
    (told,) = client.diagnostics[file.as_uri()]
    assert "conflict" in told.message
    file.write_text(sound)
    event = types.FileEvent(uri=file.as_uri(), type=types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    await editor.actions("")
    await asyncio.sleep(0.1)
    assert not client.diagnostics[file.as_uri()]


async def test_the_server_knows_that_a_day_has_passed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overdue() -> bool:
        analysis = session.analysis_of(str(project))
        assert analysis is not None
        return any(finding.rule == "plan-overdue" for finding in analysis.findings)

    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    session = Session(lambda _: None)
    text = project.read_text()
    session.open_document(types.TextDocumentItem(uri=project.as_uri(), language_id="prisma", version=1, text=text))
    await session.when_read(str(project))
    assert not overdue()
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert overdue()
