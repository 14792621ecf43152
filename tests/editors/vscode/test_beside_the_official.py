"""Beside Prisma's own extension: its colours stay, both speak, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from editors.vscode.conftest import Open, alone
from editors.vscode.driver import VSCode, running_vscode
from editors.vscode.official import MARKED, official
from editors.vscode.test_round import MODEL, RENAMED, rename_field

pytestmark = pytest.mark.xdist_group("vscode")


@pytest.fixture(scope="module")
def both(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    """VS Code with the stand-in and ours."""
    with alone(), running_vscode(tmp_path_factory.mktemp("both"), [official(), vsix]) as running:
        yield running


@pytest.fixture
def schema(shop: Path) -> Path:
    """A schema of which Prisma's own server has something to say."""
    file = shop / "prisma" / "schema.prisma"
    file.write_text(file.read_text() + "\nmodel Broken {\n  id Nothing\n}\n")
    return file


def test_both_servers_report_and_nothing_twice(both: VSCode, opened: Open, schema: Path) -> None:
    shown = opened(both, schema.parents[1])
    shown.expect_status("no pending changes")
    shown.replace_word(RENAMED, 3, "fullName")
    shown.expect_status("1 risky change")
    problems = shown.problems()
    ours = [row for row in problems if "refract" in row]
    theirs = [row for row in problems if "Prisma" in row and "refract" not in row]
    assert any("deletes its values" in row for row in ours), problems
    assert any("Nothing" in row for row in theirs), problems
    assert not any("Nothing" in row for row in ours), problems
    assert len(set(problems)) == len(problems), problems


def test_the_light_bulb_is_shared(both: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(both, shop)
    rename_field(shown)
    shown.go_to(RENAMED, 5)
    assert any(title.startswith("Rename in") for title in shown.actions())
    shown.choose_action("Keep the column")
    shown.expect_status("no pending changes")
    assert '@map("name")' in shown.text()


def test_its_colours_stay(both: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(both, shop)
    shown.expect_status("no pending changes")
    keyword = dict(shown.tokens(1))["generator"]
    assert dict(shown.tokens(MODEL))[MARKED] != keyword, "its grammar is not the one that colours"
