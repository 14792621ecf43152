"""What a person does with the extension, from the first key to the migration, in a real VS Code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.conftest import Open, git
from editors.vscode.driver import ARTEFACTS, VSCode, Window

pytestmark = pytest.mark.xdist_group("vscode")
MEGABYTE = 2**20
RENAMED = 13  # the line of Customer.name


def rename_field(shown: Window) -> None:
    """Type a new name over that of `Customer.name`."""
    shown.expect_status("in step")
    shown.replace_word(RENAMED, 3, "fullName")
    shown.squiggles().first.wait_for()


def split_rename(shown: Window) -> None:
    """Type the rename, and split it."""
    rename_field(shown)
    shown.go_to(RENAMED, 5)
    shown.actions()
    shown.choose_action("Split into")
    shown.tree_row("step 2 of 5").wait_for()


def note(name: str, value: float) -> None:
    """Keep a figure among the artefacts, and print it."""
    file = ARTEFACTS / "figures.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(known | {name: round(value, 2)}, indent=1))


def test_the_vsix_is_small(vsix: Path) -> None:
    size = vsix.stat().st_size / MEGABYTE
    ARTEFACTS.mkdir(exist_ok=True)
    note("vsix, MB", size)
    assert size < 5


def test_a_rename_is_underlined_and_explained(vscode: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(vscode, shop)
    rename_field(shown)
    shown.expect_status("1 dangerous")
    told = shown.hover("fullName")
    assert "looks like `name` under a new name" in told
    assert 'ADD COLUMN     "fullName"' in told
    assert told.count("looks like") == 1, "a finding is told once"


def test_a_rename_becomes_a_plan_step_by_step(vscode: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(vscode, shop)
    shown.show_tree()
    split_rename(shown)
    shown.expect_status("in step")
    assert len([file for file in written(shop) if file.endswith(("migration.sql", ".toml"))]) == 2
    assert all(text for text in written(shop).values()), "what is new is saved"
    expect(shown.lenses().filter(has_text="Create")).to_have_count(0)

    shown.command("Refract: Take the Next Step of a Plan")
    shown.tree_row("step 3 of 5").wait_for()
    shown.wait_for_tab("migration.sql")
    assert 'UPDATE "Customer"' in shown.text()

    shown.tree_action("step 3 of 5", "Take the Next Step")
    shown.tree_row("step 4 of 5").wait_for()
    shown.command("Refract: Take the Next Step of a Plan")
    shown.tree_row("waiting for you to deploy").wait_for()
    shown.command("Refract: Confirm the Step of a Plan")
    shown.tree_row("step 5 of 5").wait_for()
    shown.command("Refract: Take the Last Step of a Plan Back")
    shown.tree_row("step 4 of 5").wait_for()


def written(folder: Path) -> dict[str, str]:
    """The files that git does not know yet, and what is in them."""
    names = git(folder, "status", "--short", "--untracked-files=all").splitlines()
    return {name[3:]: (folder / name[3:]).read_text() for name in names if name.startswith("??")}
