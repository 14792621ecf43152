"""The server: files outside of every project, files that are no files, and two commands at once."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.conftest import capabilities
from lsp.editor import Disk
from refract.lsp import open_project
from refract.lsp.open_project import project_on_disk
from refract.lsp.session import Session
from small_projects import HEAD, INIT, LOCK, USER, commit, write

PROJECT: dict[str, str | bytes] = {
    "prisma/schema.prisma": HEAD + USER,
    "prisma/migrations/migration_lock.toml": LOCK,
    "prisma/migrations/20240101000000_init/migration.sql": INIT,
}
PATIENCE = 20.0

pytestmark = pytest.mark.asyncio


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def client(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that is not initialized yet."""
    yield


async def start(client: LanguageClient, root: Path) -> None:
    folder = types.WorkspaceFolder(uri=root.as_uri(), name="project")
    await client.initialize_session(
        types.InitializeParams(capabilities=capabilities(), workspace_folders=[folder], root_uri=root.as_uri())
    )


def opened(path: Path, text: str) -> types.DidOpenTextDocumentParams:
    language = "prisma" if path.suffix == ".prisma" else "sql"
    return types.DidOpenTextDocumentParams(types.TextDocumentItem(path.as_uri(), language, 1, text))


OUTSIDE = ("x/y/migration.sql", "new.prisma", "a/b/plans/x.toml", "x/y/z/migration.sql")


@pytest.mark.parametrize("name", OUTSIDE)
async def test_no_tree_outside_of_the_workspace_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def search(path: Path) -> object:
        raise AssertionError(f"{path} is searched")

    monkeypatch.setattr(open_project, "find_projects", search)
    assert project_on_disk(tmp_path / "outside" / name, [tmp_path / "workspace"]) is None
    with pytest.raises(AssertionError, match="is searched"):
        project_on_disk(tmp_path / "outside" / name, [tmp_path])


async def test_the_event_loop_does_not_wait_for_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[Path] = []

    def slow(file: Path, _: object) -> None:
        searches.append(file)
        time.sleep(0.5)

    monkeypatch.setattr("refract.lsp.session.project_on_disk", slow)
    session = Session(lambda _: None)
    began = time.monotonic()
    files = [tmp_path / "m" / f"{number}" / "migration.sql" for number in range(100)]
    for file in files:
        session.open_document(opened(file, "").text_document)
    await asyncio.sleep(0)
    assert time.monotonic() - began < 0.3
    for file in files:
        await session.when_read(str(file))
    assert len(searches) == 1
    session.open_document(opened(files[0], "").text_document)
    await session.when_read(str(files[0]))
    assert len(searches) == 1, "the answer is remembered"


FILES = ("refract.toml", "pyproject.toml", "prisma/migrations/20240101000000_init/migration.sql")
ODD: dict[str, Callable[[Path], None]] = {"pipe": os.mkfifo, "endless": lambda path: path.symlink_to("/dev/zero")}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", FILES)
async def test_the_server_answers_and_ends(client: LanguageClient, tmp_path: Path, name: str, kind: str) -> None:
    write(tmp_path, PROJECT)
    (tmp_path / name).unlink(missing_ok=True)
    ODD[kind](tmp_path / name)
    schema = tmp_path / "prisma" / "schema.prisma"
    async with asyncio.timeout(PATIENCE):
        await start(client, tmp_path)
        client.text_document_did_open(opened(schema, schema.read_text()))
        hover = types.HoverParams(types.TextDocumentIdentifier(schema.as_uri()), types.Position(5, 4))
        await client.text_document_hover_async(hover)
        await client.shutdown_session()
        assert client._server is not None
        assert await client._server.wait() == 0


def planned(root: Path) -> None:
    import subprocess

    write(root, PROJECT)
    command = (sys.executable, "-m", "refract", "plan", "new", "rename-field", "User.email", "to=mail", "how=trigger")
    subprocess.run(command, cwd=root, check=True, capture_output=True)


NAME = "rename_field_user_email_to_mail"


async def take_twice(client: LanguageClient, root: Path) -> list[object]:
    schema = root / "prisma" / "schema.prisma"
    await start(client, root)
    client.text_document_did_open(opened(schema, schema.read_text()))
    params = types.ExecuteCommandParams("refract.takeNextStep", [schema.as_uri(), NAME])
    try:
        async with asyncio.timeout(PATIENCE):
            return list(await asyncio.gather(*(client.workspace_execute_command_async(params) for _ in range(2))))
    finally:
        await client.shutdown_session()


async def test_a_second_step_finds_the_first(client: LanguageClient, tmp_path: Path) -> None:
    planned(tmp_path)
    editor = Disk(client, tmp_path / "prisma" / "schema.prisma")
    assert await take_twice(client, tmp_path) == [True, True]
    assert editor.asked[0].label != editor.asked[1].label
    plan = (tmp_path / "prisma" / "plans" / f"{NAME}.toml").read_text()
    assert plan.count("folder = ") == len(list((tmp_path / "prisma" / "migrations").iterdir())) - 2


async def test_a_second_step_waits_until_the_first_is_saved(client: LanguageClient, tmp_path: Path) -> None:
    planned(tmp_path)
    edits: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        edits.append(params)  # into buffers, and not to disk
        return types.ApplyWorkspaceEditResult(applied=True)

    assert sorted(map(str, await take_twice(client, tmp_path))) == ["False", "True"]
    assert len(edits) == 1
    assert "has unsaved changes" in client.messages[-1].message


RENAMED = USER.replace("email String", "mail  String")


@pytest.mark.parametrize("resolves", [True, False], ids=["resolves", "in the list"])
@pytest.mark.parametrize("leads_out", [True, False], ids=["a link out", "a file"])
async def test_a_fix_edits_no_file_outside_of_the_project(
    client: LanguageClient, tmp_path: Path, resolves: bool, leads_out: bool
) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside.prisma"
    write(root, {**PROJECT, "prisma/schema.prisma": HEAD + RENAMED})
    commit(root)
    schema = root / "prisma" / "schema.prisma"
    if leads_out:
        schema.rename(outside)
        schema.symlink_to(outside)
    folder = types.WorkspaceFolder(uri=root.as_uri(), name="project")
    lazy = types.ClientCodeActionResolveOptions(properties=["edit"]) if resolves else None
    asks = capabilities()
    assert asks.text_document is not None
    asks.text_document.code_action = types.CodeActionClientCapabilities(data_support=resolves, resolve_support=lazy)
    await client.initialize_session(
        types.InitializeParams(capabilities=asks, workspace_folders=[folder], root_uri=root.as_uri())
    )
    client.text_document_did_open(opened(schema, schema.read_text()))
    everywhere = types.Range(types.Position(0, 0), types.Position(9, 0))
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(schema.as_uri()), everywhere, types.CodeActionContext([])
    )
    async with asyncio.timeout(PATIENCE):
        found = await client.text_document_code_action_async(params)
        actions = [one for one in found or [] if isinstance(one, types.CodeAction) and one.kind == "quickfix"]
        assert actions
        if resolves:
            actions = [await client.code_action_resolve_async(action) for action in actions]
        await client.shutdown_session()
    edited = {
        change.text_document.uri
        for action in actions
        for change in (action.edit and action.edit.document_changes) or ()
        if isinstance(change, types.TextDocumentEdit)
    }
    assert (schema.as_uri() in edited) is not leads_out
