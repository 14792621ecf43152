"""`refract create` on disk: what is written, under which names, and what stands in its way."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, USER, write

RENAMED = HEAD + USER.replace("  email String\n", "  mail  String\n")
WITH_NAME = HEAD + USER.replace("  email String\n", "  email String\n  name  String?\n")


def test_the_pending_migration_is_written_and_nothing_is_left(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": WITH_NAME})
    result = refract("create", "Add the name")
    assert result.exit_code == 0
    (file,) = (project / "prisma" / "migrations").glob("*_add_the_name/migration.sql")
    assert result.stdout == f"{file.relative_to(project)}\n"
    assert file.read_text() == '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "name" TEXT;\n'
    assert [path.name for path in file.parent.iterdir()] == ["migration.sql"]
    again = refract("create")
    assert again.exit_code == 0
    assert again.stdout.startswith("No pending changes")


def test_it_has_a_name_of_its_own(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": WITH_NAME})
    result = refract("create", "--project", "prisma/schema.prisma")
    assert result.exit_code == 0
    assert "_add_name" in result.stdout


def test_nothing_is_written_of_a_schema_that_cannot_be_read(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": WITH_NAME + "model Half {\n  id Int @id\n  x\n"})
    before = sorted((project / "prisma" / "migrations").iterdir())
    result = refract("create")
    assert result.exit_code == 2
    assert "schema.prisma:" in result.stderr
    assert sorted((project / "prisma" / "migrations").iterdir()) == before


def test_several_projects_need_a_choice(project: Path, refract: Refract) -> None:
    write(project, {"other/schema.prisma": HEAD + USER})
    result = refract("create", "--project", ".")
    assert result.exit_code == 2
    assert "2 projects" in result.stderr


def test_a_folder_that_cannot_be_written(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": WITH_NAME, "elsewhere": "a file"})
    (project / "refract.toml").write_text('migrations = "elsewhere/migrations"\n')
    result = refract("create")
    assert result.exit_code == 2
    assert "Cannot write" in result.stderr


def migrations(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "prisma" / "migrations").iterdir())


def test_a_migration_that_deletes_data_is_not_written_unless_that_is_accepted(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RENAMED})
    before = migrations(project)
    refused = refract("create")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert migrations(project) == before
    *findings, what, how = refused.stderr.splitlines()
    assert findings[0].startswith("prisma/schema.prisma:")
    assert "refract plan new rename-field User.email to=mail" in refused.stderr
    assert what == "refract: No migration written. It deletes all values of `User.email`."
    assert how == "refract: Follow the help above to keep the data, or add --accept-data-loss."
    accepted = refract("create", "--accept-data-loss")
    assert accepted.exit_code == 0
    assert "_drop_email_add_mail_on_users/" in accepted.stdout


def test_dropped_tables_and_narrowed_types_are_losses_too(project: Path, refract: Refract) -> None:
    narrowed = USER.replace("  email String\n", "  email Int\n")
    for schema, loss in ((HEAD, "all rows of `User`"), (HEAD + narrowed, "all values of `User.email`")):
        write(project, {"prisma/schema.prisma": schema})
        refused = refract("create")
        assert refused.exit_code == 1
        assert f"It deletes {loss}." in refused.stderr


def test_an_error_that_deletes_nothing_is_shown_and_the_migration_written(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": WITH_NAME.replace("String?", "String")})
    result = refract("create")
    assert result.exit_code == 0
    assert "add-required-column-without-default" in result.stderr
    assert "_add_name" in result.stdout


def test_a_loss_whose_finding_is_silenced_has_been_considered(project: Path, refract: Refract) -> None:
    (project / "refract.toml").write_text('rules = { "drop-column" = "warning" }\n')
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("  email String\n", "")})
    result = refract("create")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_at_a_terminal_the_loss_is_a_question(project: Path, answer: str, code: int) -> None:
    write(project, {"prisma/schema.prisma": RENAMED})
    before = migrations(project)
    ours, theirs = pty.openpty()
    try:
        command = (sys.executable, "-m", "refract", "create")
        with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=project) as running:
            os.write(ours, f"{answer}\n".encode())
            shown = b""
            while b"[y/N]" not in shown:
                shown += os.read(ours, 4096)
            assert running.wait() == code
    finally:
        os.close(ours)
        os.close(theirs)
    assert "This migration deletes all values of `User.email`." in shown.decode().replace("\r\n", " ")
    assert (len(migrations(project)) > len(before)) is (code == 0)


@pytest.mark.parametrize(
    "schema",
    [
        WITH_NAME,
        RENAMED,
        HEAD + USER.replace("User", "Account"),
        HEAD
        + USER.replace("  email String\n", "  email String\n  kind  Kind @default(B)\n")
        + "enum Kind {\n  A\n  B\n}\n",
    ],
)
def test_the_name_is_the_first_that_is_suggested(project: Path, refract: Refract, schema: str) -> None:
    write(project, {"prisma/schema.prisma": schema})
    suggested = refract("name").stdout.splitlines()
    assert suggested
    written = refract("create", "--accept-data-loss").stdout.splitlines()[-1]
    assert Path(written).parent.name.partition("_")[2] == suggested[0]


def test_the_name_of_two_migrations_is_that_of_the_last(project: Path, refract: Refract) -> None:
    first = (
        HEAD + "enum Kind {\n  A\n}\n\n" + USER.replace("  email String\n", "  email String\n  kind Kind @default(A)\n")
    )
    write(project, {"prisma/schema.prisma": first})
    assert refract("create").exit_code == 0
    write(project, {"prisma/schema.prisma": first.replace("  A\n", "  A\n  B\n").replace("(A)", "(B)")})
    suggested = refract("name").stdout.splitlines()
    _, last = refract("create").stdout.splitlines()
    assert Path(last).parent.name.partition("_")[2] == suggested[0]
