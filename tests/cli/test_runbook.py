"""`refract runbook`: a table of releases and the checklists for them, and what holds for all.

`make accept IN=tests/cli` writes the checklists: read the diff.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_statements
from small_projects import HEAD, INIT, LOCK, USER, commit, write

FIXTURES = sorted((Path(__file__).parent / "runbooks").glob("*.md"))
BLOCK = re.compile(r"^(`{3,})(\w+) ([^\n]+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
INIT_NAME = "20240101000000_init"


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["runbook", *arguments])
    assert result.exit_code == code, result.output
    return result


class Release:
    """A fixture: the files of a project, the names of the migrations to deploy, the runbook that is expected."""

    def __init__(self, file: Path) -> None:
        blocks = {name: text for _, _, name, text in BLOCK.findall(file.read_text(encoding="utf-8"))}
        self.expected = blocks.pop("runbook")
        self.migrations = {name: text for name, text in blocks.items() if re.fullmatch(r"\d{14}_\w+", name)}
        folder = "prisma/migrations"
        self.provider = re.findall(r'provider = "(\w+)"', blocks["prisma/schema.prisma"])[0]
        self.files = {
            f"{folder}/migration_lock.toml": f'provider = "{self.provider}"\n',
            f"{folder}/{INIT_NAME}/migration.sql": blocks.pop("deployed"),
            **{f"{folder}/{name}/migration.sql": text for name, text in self.migrations.items()},
        }
        for name, text in blocks.items():
            if name not in self.migrations:
                self.files[f"{folder}/{name}" if name.endswith("down.sql") else name] = text


def written(file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    release = Release(file)
    write(folder, dict(release.files))
    monkeypatch.chdir(folder)
    return release


@pytest.mark.expected
@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_the_runbook_of_a_release(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    page = run(*release.migrations).stdout
    if "UPDATE_EXPECT" in os.environ:
        text = file.read_text(encoding="utf-8")
        file.write_text(
            f"{text.partition('````markdown runbook')[0]}````markdown runbook\n{page}````\n", encoding="utf-8"
        )
    assert page == Release(file).expected


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_every_statement_is_in_it(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    listed = re.findall(r"^- (`+) ?(.*?) ?\1$", run(*release.migrations).stdout, re.MULTILINE)
    texts = [text.removesuffix("…") for _, text in listed]
    chosen = provider(release.provider)
    for name, sql in release.migrations.items():
        found = read_statements(sql, name, Database(chosen.name, chosen.default_schema), chosen)
        assert found
        for statement in found:
            told = " ".join(sql[statement.origin.span.start : statement.origin.span.end].split())
            assert any(told.startswith(text) and text for text in texts), told
            texts.remove(next(text for text in texts if told.startswith(text)))
    assert texts == []


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch of a project whose first migration is deployed."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        f"prisma/migrations/{INIT_NAME}/migration.sql": INIT,
    })  # fmt: skip
    commit(tmp_path)
    subprocess.run(["git", "branch", "-M", "main"], cwd=tmp_path, check=True)
    subprocess.run(["git", "checkout", "-qb", "feature"], cwd=tmp_path, check=True)
    return tmp_path


def migrate(root: Path, name: str, sql: str) -> str:
    write(root, {f"prisma/migrations/{name}/migration.sql": sql})
    return name


def sections(text: str) -> list[str]:
    return re.findall(r"^### `(.*)`$", text, re.MULTILINE)


def test_by_default_it_is_for_what_is_new_on_the_branch(branch: Path) -> None:
    name = migrate(branch, "20250101000000_bio", 'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\n')
    assert sections(run().stdout) == [name]
    commit(branch)
    assert sections(run().stdout) == [name]


def test_where_nothing_is_new_it_asks_for_names(branch: Path) -> None:
    said = run(code=2).stderr
    assert "No migrations are new since main. Name the migrations to deploy" in said
    assert sections(run(INIT_NAME).stdout) == [INIT_NAME]


def test_an_unknown_name_is_reported(branch: Path) -> None:
    assert f"Did you mean {INIT_NAME}?" in run("20240101000000_int", code=2).stderr


def plan(branch: Path, *arguments: str, steps: int = 1) -> None:
    invoke = CliRunner().invoke
    assert invoke(cli, ["plan", "new", *arguments]).exit_code == 0
    for _ in range(steps):
        result = invoke(cli, ["plan", "next", "--force"])
        assert result.exit_code == 0, result.output


def test_steps_of_a_plan_have_their_checks_and_their_way_back(branch: Path) -> None:
    plan(branch, "rename-field", "User.email", "to=mail", "how=trigger", steps=2)
    text = run().stdout
    assert "Step 1 of 5 of plan `rename_field_user_email_to_mail`" in text
    assert "pg_dump" not in text, "a backfill of a new column loses nothing"
    assert "failed, the filled rows stay filled. The next deploy continues with the other rows." in text
    assert re.search(r"- \[ \] Check that step 2 \(“[^”]*”\) is complete\. This must return 0:\n\n  ```sql\n", text)
    assert text.index("### Undo step 2") < text.index("### Undo step 1")
    assert text.count("refract plan back rename_field_user_email_to_mail") == 2
    assert "refract rollback" not in text


def test_instances_are_stopped_before_the_deploy_and_started_after_it(branch: Path) -> None:
    plan(branch, "rename-field", "User.email", "to=mail", "how=at-once")
    text = run().stdout
    order = (
        "- [ ] Stop every instance",
        "- [ ] Run `npx prisma migrate deploy`",
        "- [ ] Start the version",
        "plan done",
    )
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_step_without_migrations(branch: Path) -> None:
    plan(branch, "drop-model", "User")
    text = run().stdout
    assert text.startswith("# Runbook: no migrations to deploy\n")
    assert "migrate deploy" not in text


def test_the_end_of_a_plan_names_what_is_final_and_what_must_be_unused(branch: Path) -> None:
    plan(branch, "drop-model", "User", steps=0)
    for word in ("done", "next", "done", "next", "done", "next"):
        CliRunner().invoke(cli, ["plan", word, "--force"])
    text = run().stdout
    assert "This step cannot be undone. It loses the rows of `User`." in text.partition("## 1.")[0]


def test_no_line_occurs_twice(branch: Path) -> None:
    added = ", ".join(f'ADD COLUMN "c{n}" TEXT' for n in range(5))
    migrate(branch, "20250101000000_columns", f'ALTER TABLE "User" {added};\nALTER TABLE "User" DROP COLUMN "email";\n')
    lines = [line for line in run().stdout.splitlines() if line.startswith(("- [ ]", "- Values", "- The values"))]
    assert len(set(lines)) == len(lines)
    assert (
        "- Values written to `User.c0`, `User.c1`, `User.c2`, `User.c3` and `User.c4` since the migration are lost."
        in lines
    )


def test_a_rollback_is_written_before_it_is_needed(branch: Path) -> None:
    name = migrate(branch, "20250101000000_bio", 'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\n')
    before, _, back = run().stdout.partition("## 2.")
    assert f"- [ ] Run `refract rollback {name}`." in before
    assert f'cp prisma/migrations/{name}/down.sql prisma/migrations/"$at"_undo_bio/migration.sql' in back
    assert CliRunner().invoke(cli, ["rollback"]).exit_code == 0
    again, _, same = run().stdout.partition("## 2.")
    assert "refract rollback" not in again
    assert same == back


HOSTILE = "20250101000000_a`b\n# x; touch owned; '$(touch owned)'"


def test_a_hostile_name_stays_in_its_place(branch: Path) -> None:
    migrate(branch, HOSTILE, 'ALTER TABLE "User" ADD COLUMN "b`c" TEXT;\n')
    text = run().stdout
    assert "\n# x" not in text
    [command] = re.findall(r"`` ?npx prisma migrate resolve --rolled-back (.*?) ?``\.\n", text)
    printed = subprocess.run(["bash", "-c", f"printf %s {command}"], capture_output=True, text=True, check=True).stdout
    assert printed == HOSTILE
    assert "`` User.b`c ``" in text or "``User.b`c``" in text


def test_a_schema_that_prisma_does_not_find_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {
        "db/orders.prisma": HEAD + USER,
        "db/migrations/migration_lock.toml": LOCK,
        f"db/migrations/{INIT_NAME}/migration.sql": INIT,
        "package.json": "{}",
    })  # fmt: skip
    text = run(INIT_NAME, "--project", "db/orders.prisma").stdout
    assert "npx prisma migrate deploy --schema db/orders.prisma`" in text
