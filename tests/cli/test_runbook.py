"""`refract runbook`: a table of releases and the checklists for them, and what holds for all."""

from __future__ import annotations

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


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_the_runbook_of_a_release(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = written(file, tmp_path, monkeypatch)
    assert run(*release.migrations).stdout == release.expected


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
    assert "no migration is new against main: name those that are about to be" in said
    assert sections(run(INIT_NAME).stdout) == [INIT_NAME]


def test_an_unknown_name_is_told(branch: Path) -> None:
    assert f"did you mean {INIT_NAME}?" in run("20240101000000_int", code=2).stderr


def test_a_plan_s_steps_say_what_people_do(branch: Path) -> None:
    invoke = CliRunner().invoke
    assert invoke(cli, ["plan", "new", "rename-field", "User.email", "to=mail", "how=trigger"]).exit_code == 0
    for _ in range(2):
        assert invoke(cli, ["plan", "next"]).exit_code == 0
    text = run().stdout
    assert "Step 1 of 5 of the plan `rename_field_user_email_to_mail`" in text
    assert "Step 2 of 5" in text
    assert "pg_dump" not in text, "a backfill of a new column takes nothing away"
    assert "If it fails: the rows that are filled stay so, and the next deploy goes on with the others." in text
    assert re.search(r"- \[ \] The step “[^”]*” is complete\. This answers 0:\n\n  ```sql\n  SELECT count\(\*\)", text)


def test_the_way_back_of_prisma_6_names_the_schema(branch: Path) -> None:
    name = migrate(branch, "20250101000000_bio", 'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\n')
    assert CliRunner().invoke(cli, ["rollback"]).exit_code == 0
    assert f"npx prisma db execute --file prisma/migrations/{name}/down.sql\n" in run().stdout
    write(branch, {"refract.toml": 'prisma = "6.19"\n'})
    wanted = f"npx prisma db execute --file prisma/migrations/{name}/down.sql --schema prisma/schema.prisma\n"
    assert wanted in run().stdout


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
