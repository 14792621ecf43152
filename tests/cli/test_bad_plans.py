"""Plans that are broken, and projects that have moved on under them: what is said, and that the way out works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.test_plan import ENUM, GIT, INIT, NAME, SCHEMA, findings, project, run, start, status

__all__ = ["project"]

Break = Callable[[Path], object]


def plan_file(root: Path) -> Path:
    return root / "prisma" / "plans" / f"{NAME}.toml"


def replaced(old: str, new: str) -> Break:
    def change(root: Path) -> None:
        text = plan_file(root).read_text()
        assert old in text
        plan_file(root).write_text(text.replace(old, new, 1))

    return change


UNREADABLE: list[tuple[str, Break, str]] = [
    ("a phase that is none", replaced('phase = "expand"', 'phase = "explode"'), "steps[0].phase"),
    ("a number for a text", replaced('title = "rename-field User.name"', "title = 7"), "title"),
    ("an unknown key", replaced('recipe = "', 'colour = "red"\nrecipe = "'), "colour"),
    ("a newer Refract", replaced("format = 2", "format = 3"), "Update Refract"),
    ("no TOML", replaced("[[steps]]", "[[steps"), "not valid TOML"),
    ("conflict markers", replaced("[[steps]]", "<<<<<<< HEAD\n[[steps]]"), "git conflict markers"),
    ("an edit that is none", replaced('edit = "add-field"', 'edit = "sing"'), "one of add-field"),
    ("no steps", lambda root: plan_file(root).write_text(plan_file(root).read_text().split("[[steps]]")[0]), "steps"),
    ("not text", lambda root: plan_file(root).write_bytes(b"\xff\xfe\x00\x01"), "plan"),
    ("empty", lambda root: plan_file(root).write_text(""), "recipe: missing"),
]


@pytest.mark.parametrize(("_", "harm", "told"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_an_unreadable_plan_is_reported_and_blocks_steps(project: Path, _: str, harm: Break, told: str) -> None:
    start()
    sound = plan_file(project).read_text()
    harm(project)
    harmed = plan_file(project).read_bytes()
    said = run("check", code=2).stderr
    assert NAME in said
    assert told in said
    assert told in run("plan", "list", code=2).stderr
    assert NAME in run("plan", "next", NAME, code=2).stderr
    assert NAME in run("plan", "new", "add-unique", "User", "fields=name", code=2).stderr
    assert plan_file(project).read_bytes() == harmed, "what a person wrote stays"
    plan_file(project).write_text(sound)
    run("plan", "next")
    assert status() == "step 2 of 5: backfill"


def test_a_plan_for_a_dropped_model(project: Path) -> None:
    start()
    schema = project / "prisma" / "schema.prisma"
    sound = schema.read_text()
    schema.write_text(sound.split("model User")[0] + "model Post {\n  id Int @id\n}\n")
    assert "plan-orphaned" in findings()
    assert "the schema has no" in run("plan", "next", code=2).stderr
    run("plan", "abandon", NAME)
    assert "plan-orphaned" not in findings()


def test_two_plans_on_one_field(project: Path) -> None:
    run("plan", "new", "drop-field", "User.name")
    other = project / "prisma" / "plans" / "drop_field_user_name.toml"
    branch = other.rename(project / "drop_field_user_name.toml")
    start()
    branch.rename(other)
    assert "plans-overlap" in findings()
    assert "Several plans are open" in run("plan", "next", code=2).stderr
    run("plan", "abandon", "drop_field_user_name")
    assert findings() == []
    run("plan", "next")


@pytest.mark.parametrize(
    "arguments",
    [
        ("drop-field", "User.name"),
        ("rename-field", "User.name", "to=label", "how=trigger"),
        ("change-type", "User.name", "type=String @db.VarChar(80)"),
        ("add-index", "User", "fields=name"),
        ("rename-model", "User", "to=Person", "how=view"),
        ("drop-model", "User"),
    ],
    ids=" ".join,
)
def test_what_is_under_an_open_plan_gets_no_second_one(project: Path, arguments: tuple[str, ...]) -> None:
    start()
    run("plan", "next")
    refused = run("plan", "new", *arguments, code=2).stderr
    assert f"Plan {NAME} already changes `User" in refused and f"refract plan show {NAME}" in refused
    assert [path.stem for path in project.glob("prisma/plans/*.toml")] == [NAME]


@pytest.mark.parametrize(
    "field",
    ['nick  String @map("name")', "name String @db.VarChar(80)", 'name String @default("x")', "name String?"],
)
def test_no_step_is_taken_on_a_field_that_was_changed(project: Path, field: str) -> None:
    start()
    run("plan", "next")
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(re.sub(r"name +String\n", f"{field}\n", schema.read_text()))
    before = schema.read_text()
    assert "plan-edited-against" in findings()
    refused = run("plan", "next", code=2).stderr
    assert f"`User.name` is not as step 5 of {NAME} needs it" in refused and f"refract plan abandon {NAME}" in refused
    assert schema.read_text() == before


def test_no_step_is_taken_on_a_table_that_is_a_view_by_now(project: Path) -> None:
    start()
    run("plan", "next")
    later = project / "prisma" / "migrations" / "20990101000000_people"
    later.mkdir()
    (later / "migration.sql").write_text(
        'ALTER TABLE "User" RENAME TO "Person";\nCREATE VIEW "User" AS SELECT * FROM "Person";\n'
    )
    assert "table `User` is a view now" in run("plan", "next", code=2).stderr
    assert not list(project.glob("prisma/migrations/*_backfill_user"))


def test_a_plan_follows_an_enum_that_is_renamed(project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(f"{SCHEMA}\nenum Role {{\n  MEMBER\n}}\n")
    (project / "prisma" / "migrations" / "20240101000000_init" / "migration.sql").write_text(INIT + ENUM)
    subprocess.run([*GIT, "commit", "-qam", "an enum"], cwd=project, check=True)
    run("plan", "new", "add-enum-value", "Role", "value=ADMIN")
    schema.write_text(f'{SCHEMA}\nenum Kind {{\n  MEMBER\n\n  @@map("Role")\n}}\n')
    assert findings() == []
    run("plan", "next")
    assert re.search(r"enum Kind \{\s+MEMBER\s+ADMIN", schema.read_text())


def test_another_field_gets_its_own_plan(project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("  name String", "  name String\n  age  Int?"))
    start()
    run("plan", "new", "add-index", "User", "fields=age")
    run("plan", "abandon", "add_index_user_age")
    run("plan", "new", "drop-field", "User.age")


def test_the_same_plan_twice_is_refused(project: Path) -> None:
    start()
    said = run("plan", "new", "rename-field", "User.name", "to=title", "how=trigger", code=2).stderr
    assert f"Plan {NAME} already makes this change" in said
    run("plan", "abandon")
    run("plan", "new", "rename-field", "User.name", "to=title", "how=trigger")


def test_a_migration_that_is_deleted_under_a_plan(project: Path) -> None:
    start()
    run("plan", "next")
    (folder,) = project.glob("prisma/migrations/*_add_title_to_users")
    shutil.rmtree(folder)
    assert "plan-migration-gone" in findings()
    run("plan", "next")
    assert findings() == []
    assert status() == "step 2 of 5: backfill"
    assert len(list(project.glob("prisma/migrations/*_add_title_to_users"))) == 1


def test_an_undo_that_is_deleted_under_a_plan(project: Path) -> None:
    start()
    run("plan", "next")
    run("plan", "back")
    undo = max(project.glob("prisma/migrations/*"), key=lambda path: path.name if path.is_dir() else "")
    shutil.rmtree(undo)
    assert "plan-migration-gone" in findings()
    run("plan", "back")
    assert findings() == []
    assert status() == "step 1 of 5: expand"


def test_a_schema_edited_in_the_middle_of_a_step(project: Path) -> None:
    start()
    run("plan", "next")
    schema = project / "prisma" / "schema.prisma"
    sound = schema.read_text()
    schema.write_text("".join(line for line in sound.splitlines(keepends=True) if "title" not in line))
    assert "plan-edited-against" in findings()
    run("plan", "back")
    assert findings() == []
    assert status() == "step 1 of 5: expand"


def test_a_schema_that_no_longer_fits_a_step(project: Path) -> None:
    start()
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("  name String\n", "  name String\n  title Int?\n"))
    said = run("plan", "next", code=2).stderr
    assert "title" in said
    assert "title Int?" in schema.read_text()


@pytest.mark.parametrize("order", [(1, 0, 2, 3, 4), (0, 1, 2, 4, 3)], ids=["filled before added", "dropped too early"])
def test_steps_in_another_order_are_refused(project: Path, order: tuple[int, ...]) -> None:
    start()
    head, *steps = plan_file(project).read_text().split("[[steps]]")
    plan_file(project).write_text("[[steps]]".join((head, *(steps[at].rstrip() + "\n\n" for at in order))))
    assert "out of order" in run("plan", "next", NAME, code=2).stderr


def test_an_existing_file_is_not_overwritten(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    mine = project / "prisma" / "migrations" / "20240101000000_init" / "down.sql"
    mine.write_text("-- mine\n")
    assert "already exists" in run("rollback", "20240101000000_init", code=2).stderr
    assert mine.read_text() == "-- mine\n"


@pytest.mark.skipif(os.name == "nt", reason="folders are not made read-only like this")
def test_a_folder_that_cannot_be_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    before = {path: path.read_bytes() for path in project.rglob("prisma/**/*") if path.is_file()}
    (project / "prisma" / "plans").chmod(0o555)
    plan_file(project).chmod(0o444)
    monkeypatch.setattr(
        os, "access", lambda path, mode, **_: not (Path(path) == plan_file(project) and mode == os.W_OK)
    )
    try:
        said = run("plan", "next", code=2).stderr
    finally:
        (project / "prisma" / "plans").chmod(0o755)
    assert "Cannot write" in said and "Permission denied" in said
    assert {path: path.read_bytes() for path in project.rglob("prisma/**/*") if path.is_file()} == before
    monkeypatch.undo()
    monkeypatch.chdir(project)
    plan_file(project).chmod(0o644)
    run("plan", "next")


def test_a_missing_answer_is_reported_until_given(project: Path) -> None:
    run("plan", "new", "add-required-field", "User", "field=plan", "type=String")
    found: list[str] = []
    for _ in range(3):
        found = findings()
        if "plan-answer-missing" in found:
            break
        run("plan", "done", "--by", "Ann") if "waiting" in status() else run("plan", "next")
    assert "plan-answer-missing" in findings()
    (file,) = project.glob("prisma/migrations/*backfill*/migration.sql")
    file.write_text(file.read_text().replace("NULL /* TODO: the value of each row */", "'free'"))
    assert findings() == []
    assert json.loads(run("plan", "list", "--format", "json").stdout)["plans"][0]["step"] is not None
