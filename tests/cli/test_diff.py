"""`refract diff` and `refract name`: their sources, their output and their errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, INIT, USER, commit, write

Refract = Callable[..., Result]

PHONE = HEAD + USER.replace("  email String\n", "  email String\n  phone String?\n")
ADD_PHONE = '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "phone" TEXT;\n'
EMPTY = "-- This is an empty migration.\n"


def test_the_pending_change(project: Path, refract: Refract) -> None:
    assert refract("diff").stdout == EMPTY
    write(project, {"prisma/schema.prisma": PHONE})
    result = refract("diff")
    assert (result.exit_code, result.stdout, result.stderr) == (0, ADD_PHONE, "")


SOURCES = [
    ("prisma/schema.prisma", "new.prisma", ADD_PHONE),
    ("migrations:prisma/migrations", "new.prisma", ADD_PHONE),
    ("git:HEAD", "new.prisma", ADD_PHONE),
    ("git:HEAD:prisma/schema.prisma", "new.prisma", ADD_PHONE),
    ("git:HEAD:prisma/migrations", "new.prisma", ADD_PHONE),
    ("git:HEAD:prisma", "new.prisma", ADD_PHONE),
    ("prisma", "new.prisma", ADD_PHONE),
    ("prisma/schema.prisma", "prisma", EMPTY),
    ("migrations:prisma/migrations", "git:HEAD", EMPTY),
    ("empty", "migrations:prisma/migrations", "-- CreateTable\n"),
    ("new.prisma", "empty", '-- DropTable\nDROP TABLE "User";\n'),
]


@pytest.mark.parametrize(("source", "target", "expected"), SOURCES)
def test_sources(project: Path, refract: Refract, source: str, target: str, expected: str) -> None:
    commit(project)
    write(project, {"new.prisma": PHONE})
    result = refract("diff", "--from", source, "--to", target)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(expected)


def test_a_git_path_counts_from_the_current_folder_first(
    project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project)
    monkeypatch.chdir(project / "prisma")
    for path in ("schema.prisma", "prisma/schema.prisma", "./schema.prisma", "../prisma/schema.prisma"):
        assert refract("diff", "--from", f"git:HEAD:{path}", "--to", "schema.prisma").stdout == EMPTY


def test_json_is_the_list_of_changes(project: Path, refract: Refract) -> None:
    assert json.loads(refract("diff", "--format", "json").stdout) == []
    write(project, {"prisma/schema.prisma": PHONE})
    (change,) = json.loads(refract("diff", "--format", "json").stdout)
    assert change["kind"] == "add-column"
    assert change["table"] == {"schema": "public", "name": "User"}
    assert change["column"] == {
        "name": "phone",
        "type": {"name": "TEXT", "args": [], "is_list": False, "enum": None},
        "nullable": True,
        "default": None,
        "auto_increment": False,
        "sequence": None,
        "default_name": None,
        "generated": None,
        "collation": None,
        "identity": None,
        "numbering": None,
        "on_update": None,
        "field_name": "phone",
        "full_name": "",
        "client_default": None,
        "ignored": False,
    }


def test_json_has_probable_renames(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("email", "mail ")})
    changes = json.loads(refract("diff", "--format", "json").stdout)
    assert [change["kind"] for change in changes] == ["drop-column", "add-column"]
    assert [change["probable_rename"]["other"] for change in changes] == [1, 0]
    assert changes[0]["probable_rename"]["reasons"]


@pytest.mark.parametrize("source", ["0 0", "nowhere.prisma", "migrations:nowhere", "git:nope", "git:HEAD:nope", "git:"])
@pytest.mark.parametrize("command", ["diff", "name"])
def test_what_is_not_there(project: Path, refract: Refract, command: str, source: str) -> None:
    commit(project)
    result = refract(command, "--from", source)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("refract: ")
    assert source.removeprefix("migrations:").removeprefix("git:").removeprefix("HEAD:") in result.stderr


def test_two_empty_sides(refract: Refract) -> None:
    result = refract("diff", "--from", "empty", "--to", "empty")
    assert result.exit_code == 2
    assert "Unknown provider" in result.stderr


def test_two_providers(project: Path, refract: Refract) -> None:
    write(project, {"other.prisma": HEAD.replace("postgresql", "mysql") + USER})
    result = refract("diff", "--to", "other.prisma")
    assert result.exit_code == 2
    assert "postgresql" in result.stderr
    assert "mysql" in result.stderr


def test_which_project(tmp_path: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "No Prisma schema found" in refract("diff").stderr
    write(tmp_path, {"a/schema.prisma": HEAD + USER, "b/schema.prisma": HEAD + USER})
    result = refract("diff")
    assert result.exit_code == 2
    assert "a/schema.prisma, b/schema.prisma" in result.stderr
    write(tmp_path, {"prisma/schema.prisma": HEAD + USER})
    assert refract("diff").stdout.startswith("-- CreateTable")


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("diff",), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("name",), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("create",), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("plan", "list"), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("rollback", "1_a"), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("runbook",), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
        (("plan", "list", "--project", "."), "Pass --project with one of: a/schema.prisma, b/schema.prisma"),
    ],
)
def test_each_command_names_the_option_that_it_has(
    command: tuple[str, ...], advice: str, tmp_path: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a/schema.prisma": HEAD + USER, "b/schema.prisma": HEAD + USER})
    result = refract(*command)
    assert result.exit_code == 2
    assert advice in result.stderr
    if "--project" in advice:
        assert refract(*command[:2], "--project", "a/schema.prisma").stderr.count("--project") == 0


def test_a_schema_that_cannot_be_read_gives_what_can(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": PHONE + "model Broken {\n  id Int @@@\n}\n"})
    result = refract("diff")
    assert (result.exit_code, result.stdout) == (2, ADD_PHONE)
    assert "prisma/schema.prisma:" in result.stderr


def test_a_foreign_migrations_folder_takes_the_schemas_provider(project: Path, refract: Refract) -> None:
    write(project, {"sql/1_init/migration.sql": INIT})
    assert refract("diff", "--from", "migrations:sql").stdout == EMPTY


def test_names(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": PHONE})
    names = refract("name").stdout.splitlines()
    assert "phone" in names[0]
    assert json.loads(refract("name", "--format", "json").stdout) == {"version": 1, "names": names}
    assert refract("name", "--from", "empty", "--to", "prisma/schema.prisma").exit_code == 0


def test_no_names_for_nothing(project: Path, refract: Refract) -> None:
    result = refract("name")
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    "package, key",
    [('{"dependencies": {"prisma": "5.22.0"}}', "CREATE UNIQUE INDEX"), ("{}", 'CONSTRAINT "_AToB_AB_pkey" PRIMARY')],
)
def test_join_tables_are_those_of_the_projects_prisma(
    tmp_path: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch, package: str, key: str
) -> None:
    models = "model A {\n  id Int @id\n  bs B[]\n}\n\nmodel B {\n  id Int @id\n  as A[]\n}\n"
    schema: dict[str, str | bytes] = {"prisma/schema.prisma": HEAD + models}
    write(tmp_path, schema | {"package.json": package})
    monkeypatch.chdir(tmp_path)
    sql = refract("diff").stdout
    assert key in sql
    write(tmp_path, {"prisma/migrations/20250101000000_init/migration.sql": sql})
    assert refract("diff").stdout == EMPTY
    assert refract("check").exit_code == 0
