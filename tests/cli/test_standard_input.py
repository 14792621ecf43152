"""`refract check -`: SQL as the next migration, a schema as the schema of the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli
from refract.rules.kit.rule import all_rules
from small_projects import HEAD, INIT, LOCK, USER, commit, write

DROP = 'ALTER TABLE "User" DROP COLUMN "email";\n'
RENAMED = HEAD + USER.replace("email String", "mail  String")


def check(text: str | bytes, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "-", *arguments], input=text, prog_name="refract")


@pytest.fixture
def committed(project: Path) -> Path:
    commit(project)
    return project


def test_sql_is_judged_as_the_next_migration(committed: Path) -> None:
    before = sorted(committed.rglob("*"))
    result = check(DROP, "--format", "concise")
    assert result.exit_code == 1
    first, *rest = result.stdout.splitlines()
    assert first == "<stdin>:1:20: error drop-column: Dropping `User.email` deletes its values"
    assert rest[0].startswith("1 error in <stdin>. prisma/schema.prisma was compared with 2 migrations")
    assert sorted(committed.rglob("*")) == before


def test_sql_without_a_risk(committed: Path) -> None:
    result = check('ALTER TABLE "User" ADD COLUMN "a" TEXT;\n', "--format", "concise")
    assert result.exit_code == 0
    assert result.stdout.startswith("No findings in prisma/schema.prisma")


def test_only_the_sql_is_reported(committed: Path) -> None:
    write(committed, {"prisma/schema.prisma": RENAMED})
    assert [line for line in check("SELECT 1;", "--format", "github").stdout.splitlines() if line] == []


def test_sql_follows_the_migrations_before_it(committed: Path) -> None:
    write(committed, {"prisma/migrations/20990101000000_more/migration.sql": 'ALTER TABLE "User" ADD COLUMN "a" TEXT;'})
    (found,) = json.loads(check('ALTER TABLE "User" DROP COLUMN "a";', "--format", "json").stdout)["projects"]
    assert [finding["path"] for finding in found["findings"]] == ["<stdin>"]


def test_a_schema_is_judged_as_the_schema(committed: Path) -> None:
    result = check(RENAMED, "--format", "concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:7:3: error field-rename-as-drop-add: Renaming `email` to `mail`")
    assert (committed / "prisma/schema.prisma").read_text() == HEAD + USER


def test_a_schema_takes_the_place_of_all_files(committed: Path) -> None:
    (committed / "prisma/schema.prisma").unlink()
    write(committed, {"prisma/schema/a.prisma": HEAD, "prisma/schema/b.prisma": USER})
    write(committed, {"prisma/schema/migrations/migration_lock.toml": LOCK})
    write(committed, {"prisma/schema/migrations/20240101000000_init/migration.sql": INIT})
    assert check(HEAD + USER, "--project", "prisma/schema").exit_code == 0
    result = check(HEAD + "model User {\n  id Int @id\n}\n", "--project", "prisma/schema", "--format", "concise")
    assert "drop-column" in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Standard input is empty. Pass SQL or a schema."),
        (" \n", "Standard input is empty. Pass SQL or a schema."),
        (b"\xff\xfe\xfa", "Standard input is not UTF-8 text (byte 0)."),
        ("model User {\n  id Int @id\n}\n", "The schema on standard input has no datasource block."),
    ],
)
def test_what_cannot_be_judged(committed: Path, text: str | bytes, message: str) -> None:
    result = check(text)
    assert result.exit_code == 2
    assert message in result.stderr


def test_sql_needs_to_know_what_is_deployed(project: Path) -> None:
    result = check(DROP)
    assert result.exit_code == 2
    assert result.stderr.startswith("refract: Cannot judge SQL as the next migration: ")


def test_no_rule_objects_to_the_name(committed: Path) -> None:
    assert all_rules()
    (committed / "refract.toml").write_text('[rules]\nmigration-name-uninformative = "error"\n')
    assert check("SELECT 1;").exit_code == 0


def test_odd_text_ends_in_an_answer(committed: Path) -> None:
    for text in ("\0", "';--", "🙂" * 50, "model", "model X {", "DO $$ BEGIN", "\ufeff" + DROP):
        assert check(text).exit_code in (0, 1, 2)
