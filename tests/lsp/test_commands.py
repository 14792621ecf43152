"""The commands of docs/editor-protocol.md, as a client executes them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import Disk, Editor
from lsp.projects import git
from lsp.test_pending import Person, execute
from lsp.test_plans import plan

pytestmark = pytest.mark.asyncio
PLAN = "rename_field_user_name_to_title"
EMAIL = "  name String\n  email String\n"


def messages(client: LanguageClient) -> list[str]:
    return [message.message for message in client.messages]


async def overview(client: LanguageClient, *arguments: Any) -> dict[str, Any]:
    (found,) = (await execute(client, "refract.overview", *arguments))["projects"]
    return dict(found)


async def test_the_overview_of_a_project_without_changes(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    migration = project.parent / "migrations" / "20240101000000_init"
    assert await overview(client, editor.uri) == {
        "schema": project.as_uri(),
        "root": project.parent.parent.as_uri(),
        "provider": "postgresql",
        "baseline": f"1 migration in {migration.parent}",
        "read": "1 migration, PostgreSQL",
        "state": "up to date",
        "status": "no pending changes",
        "pending": {"summary": "no pending changes", "changes": []},
        "plans": [],
        "migrations": [
            {"name": migration.name, "uri": (migration / "migration.sql").as_uri(), "new": False, "severity": None},
        ],
        "problems": [],
    }


async def test_the_overview_of_what_is_pending(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("  name String\n", EMAIL + "  nick String?\n")
    found = await overview(client)
    assert found["state"] == "risky"
    assert found["pending"]["summary"] == "2 pending changes, 1 risky"
    risky, harmless = found["pending"]["changes"]
    assert (risky["text"], risky["severity"]) == ("Add User.email", "error")
    assert (harmless["text"], harmless["severity"]) == ("Add User.nick", None)
    assert risky["location"]["uri"] == editor.uri
    assert risky["location"]["range"]["start"]["line"] == 7


async def test_the_overview_of_a_plan(client: LanguageClient, project: Path) -> None:
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    plan(project, "next")
    (file,) = project.parent.glob("migrations/*_add_title_to_user*/migration.sql")
    found = await overview(client, project.as_uri())
    (shown,) = found["plans"]
    assert shown["name"] == PLAN
    assert shown["title"] == "rename-field User.name"
    assert shown["label"] == "2/5 User.name → title"
    assert shown["uri"] == (project.parent / "plans" / f"{PLAN}.toml").as_uri()
    assert (shown["status"], shown["open"], shown["step"]) == ("step 2 of 5: backfill", True, 2)
    assert [step["state"] for step in shown["steps"]] == ["done", "next", "later", "later", "later"]
    first, second, *_ = shown["steps"]
    assert first["migrations"] == [{"name": file.parent.name, "uri": file.as_uri(), "sql": file.read_text()}]
    assert second["migrations"][0]["uri"] is None
    assert first["stage"] is None, "there is no base branch to compare with"
    assert set(first) == {
        *("number", "phase", "title", "state", "before", "after", "check", "limits", "migrations", "stage"),
    }


async def test_the_overview_names_new_migrations(client: LanguageClient, migration: Path, project: Path) -> None:
    Editor(client, project)
    found = await overview(client)
    row = {"name": "20240201000000_add_email", "uri": migration.as_uri(), "new": True, "severity": "error"}
    assert found["migrations"] == [row]
    assert found["read"] == "2 migrations, PostgreSQL, base main"
    assert (found["state"], found["status"]) == ("risky", "1 risky change"), "a risk that is written is one still"
    assert found["pending"]["summary"] == "no pending changes"


async def test_a_probable_rename_is_one_row_of_the_overview(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    editor.replace("  name String\n", "  fullName String\n")
    found = await overview(client)
    (row,) = found["pending"]["changes"]
    assert (row["text"], row["severity"]) == ("User.name → fullName: values would be lost", "error")
    assert found["status"] == "1 risky change"
    editor.replace("model User", "model Account")
    editor.replace("  fullName String\n", "  name String\n")
    (row,) = (await overview(client))["pending"]["changes"]
    assert row["text"] == "User → Account: rows would be lost"


async def test_a_file_of_no_project_has_an_empty_overview(client: LanguageClient, tmp_path: Path) -> None:
    stray = tmp_path / "notes.txt"
    stray.write_text("")
    assert await execute(client, "refract.overview", stray.as_uri()) == {"projects": []}
    assert messages(client) == []


async def test_the_overview_of_a_project_that_cannot_be_read(client: LanguageClient, project: Path) -> None:
    (project.parent.parent / "refract.toml").write_text("rules = 1\n")
    found = await overview(client, project.as_uri())
    assert "refract.toml" in found["problems"][0]
    assert (found["state"], found["plans"]) == ("up to date", [])
    assert await execute(client, "refract.recipes", project.as_uri()) is None
    assert "refract.toml" in messages(client)[-1]


async def test_the_recipes(client: LanguageClient, project: Path) -> None:
    found = {recipe["name"]: recipe for recipe in await execute(client, "refract.recipes", project.as_uri())}
    renamed = found["rename-field"]
    assert renamed["subject"] == "field"
    assert renamed["serves"] is True
    assert renamed["questions"][0] == {
        "name": "to",
        "text": "New name of the field",
        "default": None,
        "choices": [],
        "sql": False,
    }
    assert not found["add-relation"]["elsewhere"] or isinstance(found["add-relation"]["elsewhere"], str)


async def test_a_plan_from_the_first_step_to_the_end(client: LanguageClient, project: Path) -> None:
    disk, uri = Disk(client), project.as_uri()
    wish = {"recipe": "rename-field", "subject": "User.name", "answers": {"to": "title", "how": "trigger"}}
    (made,) = await execute(client, "refract.newPlan", uri, {**wish, "finding": None})
    assert made.endswith(f"/prisma/plans/{PLAN}.toml")
    assert disk.asked[0].edit.change_annotations is not None
    assert disk.asked[0].metadata == types.WorkspaceEditMetadata(is_refactoring=True)
    before = project.read_text()
    assert await execute(client, "refract.takeNextStep", uri, PLAN) is True
    assert "title" in project.read_text()
    assert await execute(client, "refract.takeStepBack", uri, PLAN) is True
    assert project.read_text() == before
    for _ in range(4):
        assert await execute(client, "refract.takeNextStep", uri, PLAN) is True
    assert await execute(client, "refract.takeNextStep", uri, PLAN) is False
    assert messages(client)[-1].startswith(f"Step 4 of {PLAN} waits for you. Deploy code that uses")
    assert await execute(client, "refract.confirmStep", uri, PLAN) is True
    assert await execute(client, "refract.takeNextStep", uri, PLAN) is True
    (shown,) = (await overview(client, uri))["plans"]
    assert (shown["status"], shown["open"], shown["step"]) == ("all steps are done", False, None)


async def test_a_plan_is_abandoned(client: LanguageClient, project: Path) -> None:
    Disk(client)
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    assert await execute(client, "refract.abandonPlan", project.as_uri(), PLAN, "we keep the name") is True
    assert 'abandoned = "we keep the name"' in (project.parent / "plans" / f"{PLAN}.toml").read_text()
    assert await execute(client, "refract.takeNextStep", project.as_uri(), PLAN) is False
    assert messages(client)[-1] == f"Plan {PLAN} has no steps left (abandoned)."


async def test_a_rollback_is_written_and_never_overwritten(client: LanguageClient, project: Path) -> None:
    Disk(client)
    (made,) = await execute(client, "refract.writeRollback", project.as_uri(), "20240101000000_init")
    down = project.parent / "migrations" / "20240101000000_init" / "down.sql"
    assert made == down.as_uri()
    assert 'DROP TABLE "User";' in down.read_text()
    down.write_text("-- mine\n")
    assert await execute(client, "refract.writeRollback", project.as_uri()) == []
    assert messages(client)[-1] == f"{down} already exists and was not overwritten."
    assert down.read_text() == "-- mine\n"


async def test_a_migration_offers_to_write_what_undoes_it(client: LanguageClient, migration: Path) -> None:
    Disk(client)
    editor = Editor(client, migration)
    action = next(a for a in await editor.actions("") if a.title == "Write the rollback (down.sql)")
    assert action.command is not None
    (made,) = await execute(client, action.command.command, *action.command.arguments or [])
    assert made == migration.with_name("down.sql").as_uri()
    assert 'DROP COLUMN "email"' in migration.with_name("down.sql").read_text()
    assert "Write the rollback (down.sql)" not in [a.title for a in await editor.actions("")]


REFUSED = [
    ("refract.previewMigration", (), None, "needs the URI of a project's file"),
    ("refract.previewMigration", ("file:///nowhere/schema.prisma",), None, "No Prisma project found for"),
    ("refract.overview", (7,), None, "needs the URI"),
    ("refract.createMigration", ("SCHEMA",), [], "No pending changes"),
    ("refract.takeNextStep", ("SCHEMA",), False, "needs the name of a plan"),
    ("refract.takeNextStep", ("SCHEMA", "nothing"), False, "No plan is called 'nothing'."),
    ("refract.takeStepBack", ("SCHEMA", "nothing"), False, "No plan is called 'nothing'."),
    ("refract.abandonPlan", ("SCHEMA", "nothing", "why"), False, "No plan is called 'nothing'."),
    ("refract.confirmStep", ("SCHEMA", "nothing"), False, "No plan is called 'nothing'."),
    ("refract.newPlan", ("SCHEMA",), None, "needs an object"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "cook", "subject": "User"}), None, "Unknown recipe 'cook'"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "drop-field", "subject": "User"}), None, "takes `Model.field`"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "drop-field", "subject": "User.x"}), None, "has no field `x`"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "drop-field"}), None, "needs a `recipe`"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "drop-field", "subject": "User.name", "answers": {"default": 1}}), None, "only texts as `answers`"),
    ("refract.newPlan", ("SCHEMA", {"recipe": "drop-field", "subject": "User.name", "finding": "gone"}), None, "no longer"),
    ("refract.writeRollback", ("SCHEMA", "nothing"), [], "No migration is called 'nothing'"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "arguments", "answer", "told"), REFUSED)
async def test_a_refusal_gives_the_reason(
    client: LanguageClient, project: Path, command: str, arguments: tuple[Any, ...], answer: Any, told: str
) -> None:
    given = [project.as_uri() if argument == "SCHEMA" else argument for argument in arguments]
    assert await execute(client, command, *given) == answer
    assert told in messages(client)[-1]


async def test_an_edit_that_the_editor_refuses_is_reported(client: LanguageClient, project: Path) -> None:
    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(_: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        return types.ApplyWorkspaceEditResult(applied=False, failure_reason="read only")

    assert await execute(client, "refract.writeRollback", project.as_uri()) == []
    assert messages(client)[-1] == "No file was changed: read only."


async def test_a_client_that_asks_gets_the_questions(asking: LanguageClient, project: Path) -> None:
    git(project.parent, "init", "--initial-branch=main")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--message=start")
    disk, editor, person = Disk(asking), Editor(asking, project), Person(asking, None)
    editor.replace("  name String\n", EMAIL)
    await editor.wait_for("add-required-column-without-default")
    split = next(a for a in await editor.actions("email") if a.title.startswith("Add in"))
    assert split.command is not None
    assert (split.edit, split.command.command) == (None, "refract.askAndSplit")
    assert (await asking.code_action_resolve_async(split)).edit is None
    (told,) = split.command.arguments or []
    assert {key: told[key] for key in ("uri", "recipe", "subject")} == {
        "uri": editor.uri,
        "recipe": "add-required-field",
        "subject": "User",
    }
    assert told["answers"] == {"field": "email", "type": "String", "attributes": ""}
    assert [(q["name"], q["sql"]) for q in told["questions"]] == [("value", True)]
    project.write_text(editor.text)
    wish = {
        "recipe": told["recipe"],
        "subject": told["subject"],
        "answers": {**told["answers"], "value": "'nobody@example.org'"},
        "finding": told["finding"],
    }
    made = await execute(asking, "refract.newPlan", editor.uri, wish)
    assert [uri.rsplit("/", 1)[-1] for uri in made] == ["add_required_field_user_email.toml", "migration.sql"]
    assert "'nobody@example.org'" in (project.parent / "plans" / "add_required_field_user_email.toml").read_text()
    assert "email String?" in project.read_text()
    assert len(disk.asked) == 1
    await _until(lambda: person.questions)
    (question,) = person.questions
    assert question.message.startswith("Step 1 of 4 is written.")


async def test_a_client_that_asks_nothing_gets_the_edit(client: LanguageClient, project: Path) -> None:
    git(project.parent, "init", "--initial-branch=main")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--message=start")
    editor = Editor(client, project)
    editor.replace("  name String\n", EMAIL)
    await editor.wait_for("add-required-column-without-default")
    split = next(a for a in await editor.actions("email") if a.title.startswith("Add in"))
    assert split.command is None
    edit = (await client.code_action_resolve_async(split)).edit
    assert edit is not None
    assert "TODO" in str(edit)


async def test_a_client_hears_when_the_overview_has_changed(asking: LanguageClient, project: Path) -> None:
    heard: list[str] = []

    @asking.feature("refract/overviewChanged")
    def changed(params: Any) -> None:
        heard.append(params.schema)

    editor = Editor(asking, project)
    await _until(lambda: len(heard) == 1)
    editor.replace("  name String\n", EMAIL)
    await _until(lambda: len(heard) == 2)
    editor.replace("model User", "model  User")
    editor.replace("model  User", "model User")
    await editor.actions("")
    await asyncio.sleep(0.5)
    assert heard == [project.as_uri()] * 2, "what comes back to what it was is no news"


async def test_a_client_that_shows_findings_itself_hovers_over_sql_only(asking: LanguageClient, project: Path) -> None:
    editor = Editor(asking, project)
    editor.replace("  name String\n", EMAIL)
    await editor.wait_for("add-required-column-without-default")
    found = await editor.hover("email")
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    assert 'ADD COLUMN     "email"' in found.contents.value
    assert "fails on existing rows" not in found.contents.value


async def test_titles_above_lines_are_asked_for_again_when_migrations_change(
    asking: LanguageClient, migration: Path, project: Path
) -> None:
    asked: list[None] = []

    @asking.feature("workspace/codeLens/refresh")
    def refreshed(_: None) -> None:
        asked.append(None)

    editor = Editor(asking, project)
    await editor.actions("")
    migration.write_text("")
    event = types.FileEvent(uri=migration.as_uri(), type=types.FileChangeType.Changed)
    asking.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    await _until(lambda: asked)


async def _until(true: Any) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing came")


async def test_a_step_is_not_confirmed_while_code_uses_the_dropped_field(client: LanguageClient, project: Path) -> None:
    disk, uri = Disk(client), project.as_uri()
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    for _ in range(4):
        plan(project, "next")
    code = project.parent / "names.ts"
    code.write_text("prisma.user.findMany({ select: { name: true } });\n")
    assert await execute(client, "refract.confirmStep", uri, PLAN) is False
    assert disk.asked == []
    assert messages(client)[-1].startswith("The code still uses `User.name` in 1 place (`prisma/names.ts:1`).")
    code.write_text("prisma.user.findMany({ select: { title: true } });\n")
    assert await execute(client, "refract.confirmStep", uri, PLAN) is True


async def test_a_refusal_has_buttons_for_a_client_that_shows_them(asking: LanguageClient, project: Path) -> None:
    disk, uri = Disk(asking), project.as_uri()
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    for _ in range(4):
        plan(project, "next")
    (project.parent / "names.ts").write_text("prisma.user.findMany({ select: { name: true } });\n")
    person = Person(asking, None)
    assert await execute(asking, "refract.confirmStep", uri, PLAN) is False
    (question,) = person.questions
    assert question.message == (
        "The code still uses `User.name` in 1 place (`prisma/names.ts:1`). Change these places and deploy first."
    )
    assert [action.title for action in question.actions or []] == ["Show Places", "Confirm Anyway"]
    person.chosen = "Confirm Anyway"
    assert await execute(asking, "refract.confirmStep", uri, PLAN) is True
    assert len(disk.asked) == 1


async def test_a_step_shows_what_it_has_written_and_what_to_do(asking: LanguageClient, project: Path) -> None:
    Disk(asking)
    plan(project, "new", "rename-field", "User.name", "to=title", "how=trigger")
    person = Person(asking, "What Now?")
    assert await execute(asking, "refract.takeNextStep", project.as_uri(), PLAN) is True
    await _until(lambda: messages(asking))
    (question,) = person.questions
    assert question.message == "Step 1 of 5 is written. Review the files, commit and deploy them."
    assert [action.title for action in question.actions or []] == ["Open Migration", "What Now?"]
    assert "Deploy the migrations." in messages(asking)[-1]


async def test_a_hover_links_to_the_fixes(asking: LanguageClient, project: Path) -> None:
    disk, _, editor = Disk(asking), Person(asking, None), Editor(asking, project)
    editor.replace("  name String\n", "  fullName String\n")
    await editor.wait_for("field-rename-as-drop-add")
    found = await editor.hover("fullName")
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    text = found.contents.value
    assert 'DROP COLUMN "name"' in text and 'ADD COLUMN     "fullName"' in text, "all that runs"
    links = re.findall(r"\[([^\]]+)\]\(command:([\w.]+)\?([^)]*)\)", text)
    assert [title.partition(" ")[0] for title, _, _ in links] == ["Keep", "Rename", "RENAME"]
    _, command, arguments = links[2]
    (made,) = await execute(asking, command, *json.loads(unquote(arguments)))
    assert made.endswith("_rename_name_to_full_name_on_users/migration.sql")
    assert len(disk.asked) == 1
