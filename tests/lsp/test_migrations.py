"""A migration that is new on this branch, open in the editor beside its schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_lsp import LanguageClient

from lsp.editor import Editor
from lsp.projects import ADDED, git


@pytest.mark.asyncio
async def test_a_new_migration_is_judged_while_it_is_typed(client: LanguageClient, migration: Path) -> None:
    editor = Editor(client, migration)
    (found,) = await editor.wait_for("add-required-column-without-default")
    assert found.range.start.line == 0
    editor.replace("NOT NULL", "NOT NULL DEFAULT ''")
    await editor.wait_for()
    editor.replace(" DEFAULT ''", "")
    await editor.wait_for("add-required-column-without-default")


@pytest.mark.asyncio
async def test_the_schema_is_compared_with_the_migration_being_typed(
    client: LanguageClient, migration: Path, project: Path
) -> None:
    schema, sql = Editor(client, project), Editor(client, migration)
    await sql.wait_for("add-required-column-without-default")
    assert await schema.rules() == []
    sql.replace(ADDED, "")
    await schema.wait_for("add-required-column-without-default")


@pytest.mark.asyncio
async def test_a_merged_migration_is_not_judged(client: LanguageClient, migration: Path) -> None:
    git(migration.parent, "add", ".")
    git(migration.parent, "commit", "--message=merged")
    editor = Editor(client, migration)
    assert await editor.rules() == []
