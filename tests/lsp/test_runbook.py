"""The release runbook in the editor: the same text as on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.test_pending import execute

pytestmark = pytest.mark.asyncio


async def test_it_is_what_the_command_prints(client: LanguageClient, project: Path) -> None:
    name = next(child.name for child in sorted((project.parent / "migrations").iterdir()) if child.is_dir())
    editor = Editor(client, project)
    command = [sys.executable, "-m", "refract", "runbook", name, "--project", str(project)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    shown = await execute(client, "refract.runbook", editor.uri, [name])
    assert shown["text"] == printed
    assert f"### `{name}`" in printed


async def test_the_reason_is_given_if_there_is_none(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    assert await execute(client, "refract.runbook", editor.uri, ["x"]) is None
    assert client.messages[-1].message.startswith("There is no migration 'x' here")
