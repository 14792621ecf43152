"""Edits are judged by what the file would mean."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.conftest import APPLIED
from refract.agents.edits import CannotFollow, EditedFile, edited_files
from refract.agents.event import Edit, Event, Moment, Patch, Replacement, Whole
from refract.agents.judging import judge
from refract.agents.verdict import Decision, Verdict
from small_projects import HEAD, INIT, USER, commit, write

SCHEMA = "prisma/schema.prisma"
NEXT = "prisma/migrations/20990101000000_next/migration.sql"
EMAIL = "  email String\n"

DENIED: dict[str, tuple[Edit, str]] = {
    "a rename": (Replacement(SCHEMA, "email", "mail"), "field-rename-as-drop-add"),
    "a dropped field": (Replacement(SCHEMA, EMAIL, ""), "drop-column"),
    "a dropped model": (Replacement(SCHEMA, USER, ""), "drop-table"),
    "a whole file": (Whole(SCHEMA, HEAD + USER.replace(EMAIL, "")), "drop-column"),
    "a required field": (Replacement(SCHEMA, EMAIL, f"{EMAIL}  age Int\n"), "add-required-column-without-default"),
    "a removed schema": (Whole(SCHEMA, ""), "drop-table"),
    "a type": (Replacement(SCHEMA, "email String", "email Int"), "column-dropped-and-recreated"),
    "a new migration that drops": (Whole(NEXT, 'ALTER TABLE "User" DROP COLUMN "email";'), "drop-column"),
    "a migration that deletes rows": (Whole(NEXT, 'DELETE FROM "User";'), "delete-without-where"),
    "an applied migration": (Replacement(APPLIED, "TEXT", "VARCHAR(80)"), "is applied"),
    "a removed migration": (Patch(f"*** Begin Patch\n*** Delete File: {APPLIED}\n*** End Patch"), "is applied"),
    "a patch": (
        Patch(f"*** Begin Patch\n*** Update File: {SCHEMA}\n@@ model User\n   id    Int    @id\n-{EMAIL}+  mail String\n*** End Patch"),
        "field-rename-as-drop-add",
    ),
    "a patch with a new file": (
        Patch(f'*** Begin Patch\n*** Add File: {NEXT}\n+DROP TABLE "User";\n*** End Patch'),
        "drop-table",
    ),
}  # fmt: skip

LET_THROUGH: dict[str, Edit] = {
    "a comment": Replacement(SCHEMA, "model User", "/// The users.\nmodel User"),
    "an optional field": Replacement(SCHEMA, EMAIL, f"{EMAIL}  name  String?\n"),
    "a new model": Whole(SCHEMA, f"{HEAD}{USER}\nmodel Post {{\n  id Int @id @default(autoincrement())\n}}\n"),
    "a mapped rename": Replacement(SCHEMA, "email String", 'mail String @map("email")'),
    "spaces": Replacement(SCHEMA, "id    Int ", "id Int "),
    "the same text": Whole(SCHEMA, HEAD + USER),
    "a schema that is half written": Replacement(SCHEMA, EMAIL, f"{EMAIL}  posts Po\n"),
    "a migration that adds": Whole(NEXT, 'ALTER TABLE "User" ADD COLUMN "name" TEXT;'),
    "the same migration": Whole(APPLIED, INIT),
    "the same migration with other line ends": Whole(APPLIED, INIT.replace("\n", "\r\n")),
    "the rollback of a migration": Whole("prisma/migrations/20240101000000_init/down.sql", 'DROP TABLE "User";'),
    "SQL that is no migration": Whole("scripts/clean.sql", "DELETE FROM users;"),
    "code": Whole("src/app.ts", "await prisma.user.deleteMany()"),
    "the version of the server": Whole("refract.toml", '[database]\nversion = "16"\n'),
    "a schema elsewhere": Whole("docs/example.prisma", "model A {\n  id Int @id\n}\n"),
}


def verdict_on(edit: Edit, folder: Path) -> Verdict:
    return judge(Event(Moment.EDIT, folder, edits=(edit,)))


@pytest.mark.parametrize("name", DENIED)
def test_an_edit_with_an_error_is_not_made(name: str, quiet: Path) -> None:
    edit, rule = DENIED[name]
    verdict = verdict_on(edit, quiet)
    assert verdict.decision is Decision.DENY
    assert rule in verdict.reasons[0]
    assert (quiet / SCHEMA).read_text() == HEAD + USER


@pytest.mark.parametrize("name", LET_THROUGH)
def test_other_edits_are_let_through(name: str, quiet: Path) -> None:
    verdict = verdict_on(LET_THROUGH[name], quiet)
    assert verdict.decision is None
    assert verdict.notes == ()


def test_warnings_are_context(quiet: Path) -> None:
    verdict = verdict_on(Whole(NEXT, 'CREATE INDEX "User_email_idx" ON "User"("email");'), quiet)
    assert verdict.decision is None
    assert "create-index-blocking" in verdict.context[0]


def test_only_errors_that_an_edit_adds_are_held_against_it(renamed: Path) -> None:
    assert verdict_on(Replacement(SCHEMA, "id    Int", "id    Int // key"), renamed).decision is None
    assert verdict_on(Replacement(SCHEMA, "mail ", "email"), renamed).decision is None
    assert verdict_on(Replacement(SCHEMA, "mail  String", "mail  String\n  age Int"), renamed).decision is Decision.DENY


def test_silencing_is_the_decision_of_the_user(quiet: Path) -> None:
    text = HEAD + USER.replace(EMAIL, "").replace("model", "// refract-ignore: drop-column -- not used\nmodel")
    assert verdict_on(Whole(SCHEMA, text), quiet).decision is Decision.ASK
    off = Whole("refract.toml", '[rules]\ndrop-column = "off"\n')
    assert verdict_on(off, quiet).decision is Decision.ASK
    assert verdict_on(Whole("refract-accepted.json", "{}"), quiet).decision is Decision.ASK
    assert verdict_on(Whole("refract.toml", '[agents]\nedits = "off"\n'), quiet).decision is Decision.ASK


@pytest.mark.parametrize(
    ("setting", "decision"), [("deny", Decision.DENY), ("ask", Decision.ASK), ("warn", None), ("off", None)]
)
def test_the_settings_decide(setting: str, decision: Decision | None, quiet: Path) -> None:
    write(quiet, {"refract.toml": f'[agents]\nedits = "{setting}"\n'})
    verdict = verdict_on(DENIED["a rename"][0], quiet)
    assert verdict.decision is decision
    assert bool(verdict.context or verdict.reasons) is (setting != "off")


def test_after_an_edit_its_file_is_judged(renamed: Path) -> None:
    verdict = judge(Event(Moment.EDITED, renamed, edits=(Whole(SCHEMA, None),)))
    assert verdict.decision is Decision.DENY
    assert verdict.reasons[0].startswith("schema.prisma:7: error field-rename-as-drop-add")


def test_after_a_command_the_project_is_judged(renamed: Path) -> None:
    assert (
        "field-rename-as-drop-add" in judge(Event(Moment.RAN, renamed, "sed -i s/a/b/ prisma/schema.prisma")).context[0]
    )
    assert judge(Event(Moment.RAN, renamed, "ls")) == Verdict()


def test_the_agent_is_reminded_once(renamed: Path) -> None:
    assert "1 error" in judge(Event(Moment.STOP, renamed)).context[0]
    assert judge(Event(Moment.STOP, renamed, is_again=True)) == Verdict()


def test_nothing_is_to_be_reminded_of(quiet: Path) -> None:
    assert judge(Event(Moment.STOP, quiet)) == Verdict()


def test_a_migration_that_was_edited_may_be_restored(quiet: Path) -> None:
    write(quiet, {APPLIED: INIT + "SELECT 1;"})
    assert verdict_on(Whole(APPLIED, INIT), quiet).decision is None


def test_a_file_outside_of_the_project_is_not_judged(quiet: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, {SCHEMA: HEAD + USER})
    verdict = verdict_on(Whole(str(other / SCHEMA), HEAD), quiet)
    assert verdict.decision is None
    assert "outside" in verdict.notes[0]


def test_a_link_out_of_the_project_is_not_followed(quiet: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, {"schema.prisma": HEAD + USER})
    (quiet / "linked").symlink_to(other)
    assert verdict_on(Whole("linked/schema.prisma", HEAD), quiet).notes


def test_an_edit_that_is_too_large_is_not_judged(quiet: Path) -> None:
    verdict = verdict_on(Whole(SCHEMA, "// x\n" * 500_000), quiet)
    assert verdict.decision is None
    assert "too large" in verdict.notes[0]


TEXT = "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ((Replacement("a.sql", "two", "2"),), "one\n2\nthree\n"),
        ((Replacement("a.sql", "e", "E"),), "onE\ntwo\nthree\n"),
        ((Replacement("a.sql", "e", "E", everywhere=True),), "onE\ntwo\nthrEE\n"),
        ((Replacement("a.sql", "one", "1"), Replacement("a.sql", "1", "I")), "I\ntwo\nthree\n"),
        ((Whole("a.sql", None),), None),
        ((Patch("*** Begin Patch\n*** Update File: a.sql\n@@\n-two\n+2\n@@\n three\n+four\n*** End Patch"),), "one\n2\nthree\nfour\n"),
    ],
)  # fmt: skip
def test_edits_are_followed(edits: tuple[Edit, ...], after: str | None, tmp_path: Path) -> None:
    write(tmp_path, {"a.sql": TEXT})
    assert edited_files(edits, tmp_path) == (EditedFile(tmp_path / "a.sql", TEXT, after),)


@pytest.mark.parametrize("edit", [Replacement("a.sql", "four", "4"), Patch("*** Update File: a.sql\n-four\n+4\n")])
def test_what_cannot_be_followed_is_an_error(edit: Edit, tmp_path: Path) -> None:
    write(tmp_path, {"a.sql": TEXT})
    with pytest.raises(CannotFollow):
        edited_files((edit,), tmp_path)


@pytest.mark.parametrize("base", ["", "develop"])
def test_the_base_of_a_ci_job_counts_before_and_after_an_edit(
    base: str, quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The base is the one of `refract check` in the same shell: for an edit, a command, and what is on disk."""
    subprocess.run(["git", "checkout", "-qb", "develop"], cwd=quiet, check=True)
    write(quiet, {NEXT: 'CREATE TABLE "Log" ("id" INTEGER NOT NULL);\n'})
    commit(quiet)
    monkeypatch.setenv("GITHUB_BASE_REF", base)
    edit = judge(Event(Moment.EDIT, quiet, edits=(Replacement(NEXT, "Log", "Logs"),)))
    removal = judge(Event(Moment.COMMAND, quiet, f"rm {NEXT}"))
    assert any("is applied" in reason for reason in edit.reasons) is bool(base)
    assert (removal.decision is not None) is bool(base)
