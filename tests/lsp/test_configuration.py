"""Settings: the editor's own, those of the project's files, and what is said of wrong ones."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.editor import Editor

pytestmark = pytest.mark.asyncio


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def configured(lsp_client: LanguageClient) -> AsyncIterator[None]:
    """A client that can be asked for its settings."""
    workspace = types.WorkspaceClientCapabilities(configuration=True)
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=types.ClientCapabilities(workspace=workspace))
    )
    yield
    await lsp_client.shutdown_session()


def change(client: LanguageClient, **section: Any) -> None:
    client.set_configuration({"refract": section})
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))


async def test_the_editor_sets_levels(configured: LanguageClient, project: Path) -> None:
    editor = Editor(configured, project)
    editor.replace("  name String\n", "")
    await editor.wait_for("drop-column")
    change(configured, rules={"drop-column": "off"}, base=None)
    await editor.wait_for()
    change(configured, rules={"drop-column": "info"})
    (found,) = await editor.wait_for("drop-column")
    assert found.severity == types.DiagnosticSeverity.Information


async def test_wrong_settings_are_reported_and_the_others_kept(configured: LanguageClient, project: Path) -> None:
    editor = Editor(configured, project)
    editor.replace("  name String\n", "")
    await editor.wait_for("drop-column")
    change(configured, rules={"drop-colum": "off"})
    while not configured.messages:
        await asyncio.sleep(0.01)
    said = "Refract: the editor's settings: unknown rule drop-colum, did you mean drop-column?"
    assert configured.messages[0].message == said
    assert await editor.rules() == ["drop-column"]


async def test_the_projects_file_counts_without_the_editors_word(configured: LanguageClient, project: Path) -> None:
    settings = project.parent.parent / "refract.toml"
    settings.write_text('[rules]\ndrop-column = "off"\n')
    editor = Editor(configured, project)
    editor.replace("  name String\n", "")
    assert await editor.rules() == []
    settings.unlink()
    event = types.FileEvent(uri=settings.as_uri(), type=types.FileChangeType.Deleted)
    configured.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    await editor.wait_for("drop-column")


async def test_the_same_wrong_settings_are_reported_once(configured: LanguageClient, project: Path) -> None:
    editor = Editor(configured, project)
    editor.replace("  name String\n", "")
    await editor.wait_for("drop-column")
    for _ in range(3):
        change(configured, fail_on="never")
    while not configured.messages:
        await asyncio.sleep(0.01)
    assert await editor.rules() == ["drop-column"]
    told = [message.message for message in configured.messages]
    assert told == ["Refract: the editor's settings: unknown setting fail_on, did you mean fail-on?"]
    change(configured, rules={"drop-column": "info"})
    change(configured, rules={"drop-column": 3})
    while len(configured.messages) < 2:
        await asyncio.sleep(0.01)
    assert "rules must set drop-column to one of error, warning, info, off, not 3" in configured.messages[1].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('basee = "x"', "unknown setting basee, did you mean base?"),
        ("[database]\nversion = 16", 'database.version must be a version in quotes such as "14" or "8.0.36", not 16'),
        ('[rules]\ndrop-colum = "off"', "unknown rule drop-colum, did you mean drop-column?"),
        ("rules = ", "is not valid TOML"),
    ],
)
async def test_a_wrong_file_is_one_diagnostic(configured: LanguageClient, project: Path, text: str, said: str) -> None:
    (project.parent.parent / "refract.toml").write_text(text)
    editor = Editor(configured, project)
    await configured.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (found,) = configured.diagnostics[editor.uri]
    assert said in found.message
