"""Other branches of a clone in the editor: read after the first findings are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.projects import git

pytestmark = pytest.mark.asyncio
RULE = "conflicts-with-open-branch"
NEW = "migrations/20990101000000_theirs/migration.sql"


@pytest.fixture
def cloned(project: Path) -> Path:
    """The project on `main`, and a branch that is not merged and drops `User.name`."""
    root = project.parent
    git(root, "init", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--message=start")
    git(root, "checkout", "-b", "nicknames")
    file = root / NEW
    file.parent.mkdir(parents=True)
    file.write_text('ALTER TABLE "User" DROP COLUMN "name";\n')
    git(root, "add", ".")
    git(root, "commit", "--message=drop")
    git(root, "checkout", "main")
    return project


async def test_a_change_that_clashes_is_reported_while_it_is_typed(client: LanguageClient, cloned: Path) -> None:
    editor = Editor(client, cloned)
    editor.replace("  name String\n", "  name String?\n")
    await editor.wait_for(RULE, "loosen-not-null-breaks-readers")


async def test_another_change_is_not(client: LanguageClient, cloned: Path) -> None:
    editor = Editor(client, cloned)
    editor.replace("  name String\n", "  name String?\n")
    await editor.wait_for(RULE, "loosen-not-null-breaks-readers")
    editor.replace("  name String?\n", "  name String\n  nick String\n")
    assert RULE not in await editor.rules()
