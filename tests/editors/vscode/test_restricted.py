"""A folder that is not trusted: findings and SQL, nothing written, and no program of the folder run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.conftest import Open, alone
from editors.vscode.driver import VSCode, running_vscode
from editors.vscode.test_round import RENAMED, rename_field, written

pytestmark = pytest.mark.xdist_group("vscode")
_NO_PROMPT = {"security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "always"}


@pytest.fixture(scope="module")
def careful(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    """VS Code that trusts no folder by itself."""
    home = tmp_path_factory.mktemp("careful")
    with alone(), running_vscode(home, [vsix], trusted=False, settings=_NO_PROMPT) as running:
        yield running


@pytest.fixture
def trap(shop: Path) -> Path:
    """An interpreter in the folder, named by the folder's settings. Returns the file that it leaves when it is run."""
    left = shop / "it-was-run"
    program = shop / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\n: >"{left}"\nexec python3 "$@"\n')
    program.chmod(0o755)
    (shop / ".vscode").mkdir()
    (shop / ".vscode" / "settings.json").write_text(json.dumps({"refract.interpreter": str(program)}))
    (shop / ".gitignore").write_text(".venv\n.vscode\n.gitignore\nit-was-run\n")
    return left


def test_findings_only_until_the_folder_is_trusted(careful: VSCode, opened: Open, shop: Path, trap: Path) -> None:
    shown = opened(careful, shop)
    rename_field(shown)
    expect(shown.lenses().filter(has_text="Create")).to_have_count(0)
    expect(shown.lenses().filter(has_text="Preview SQL")).to_have_count(1)
    assert "deletes its values" in shown.hover("fullName")
    shown.picture("restricted-mode")
    shown.go_to(RENAMED, 5)
    shown.page.keyboard.press("Control+.")
    shown.page.get_by_text("No code actions available").first.wait_for()
    shown.page.keyboard.press("F1")
    shown.page.locator(".quick-input-widget input").first.fill(">Refract: ")
    shown.page.locator(".quick-input-list .monaco-list-row", has_text="Preview Pending SQL").wait_for()
    assert "Create the Pending Migration" not in shown.question()
    shown.page.keyboard.press("Escape")
    assert not trap.exists()
    assert written(shop) == {}

    shown.command("Workspaces: Manage Workspace Trust")
    shown.page.get_by_role("button", name="Trust", exact=True).first.click()
    shown.page.wait_for_timeout(3000)
    shown.expect_status("1 risky change")
    assert trap.exists(), "what the folder's settings name is run once the folder is trusted"
    shown.command("View: Close Editor")
    shown.go_to(RENAMED, 5)
    assert any(title.startswith("Rename in") for title in shown.actions())
