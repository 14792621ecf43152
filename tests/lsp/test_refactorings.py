"""What can be done safely to a name in the schema without a finding first."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Disk, Editor
from lsp.test_navigation import SCHEMA
from lsp.test_pending import Person, execute
from lsp.test_plans import plan

pytestmark = pytest.mark.asyncio


@pytest.fixture
def editor(asking: LanguageClient, project: Path) -> Editor:
    """A schema without pending changes or findings."""
    project.write_text(SCHEMA)
    return Editor(asking, project)


@pytest.mark.parametrize(
    ("at", "titles"),
    [
        (
            "name  String",
            [
                "Rename `name` safely…",
                "Change the type of `name` safely…",
                "Make `name` unique safely",
                "Move `name` to another model safely…",
                "Remove `name` safely",
            ],
        ),
        (
            "User {",
            ["Rename this model safely…", "Add a required field safely…", "Add an index safely…", "Remove this model safely"],
        ),
        ("Role {", ["Rename this enum safely…", "Add a value safely…"]),
        ("ADMIN", ["Rename `ADMIN` safely…", "Remove `ADMIN` safely…"]),
        ("@@index", ["Make this index unique safely"]),
        ("posts Post", []),
        ("provider", []),
    ],
)  # fmt: skip
async def test_every_name_has_its_refactorings(editor: Editor, at: str, titles: list[str]) -> None:
    found = [a for a in await editor.actions(at) if a.kind == types.CodeActionKind.RefactorRewrite]
    assert [a.title for a in found if "safely" in a.title] == titles


async def test_a_refactoring_asks_and_makes_the_plan(asking: LanguageClient, editor: Editor, project: Path) -> None:
    Disk(asking)
    Person(asking, None)
    (rename,) = [a for a in await editor.actions("name  String") if a.title.startswith("Rename")]
    assert rename.command is not None and rename.command.command == "refract.askAndSplit"
    (split,) = rename.command.arguments or []
    assert [question["name"] for question in split["questions"]] == ["to", "how"]
    wish = {key: split[key] for key in ("recipe", "subject", "finding")}
    answers = {**split["answers"], "to": "title", "how": "trigger"}
    (made,) = await execute(asking, "refract.newPlan", split["uri"], {**wish, "answers": answers})
    assert made.endswith("/plans/rename_field_user_name_to_title.toml")


async def test_what_is_under_a_plan_has_the_step_of_that(asking: LanguageClient, project: Path) -> None:
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    editor = Editor(asking, project)
    assert [a.title for a in await editor.actions("name String") if "safely" in a.title] == []


async def test_a_light_bulb_does_not_appear_on_every_line(asking: LanguageClient, editor: Editor) -> None:
    place = types.Position(9, 3)
    params = types.CodeActionParams(
        text_document=types.TextDocumentIdentifier(uri=editor.uri),
        range=types.Range(place, place),
        context=types.CodeActionContext(diagnostics=[], trigger_kind=types.CodeActionTriggerKind.Automatic),
    )
    found = await asking.text_document_code_action_async(params)
    assert [a.title for a in found or [] if "safely" in a.title] == []


async def test_a_client_that_cannot_ask_is_offered_none(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    assert [a.title for a in await editor.actions("name String") if "safely" in a.title] == []
