"""`refract create` on disk: what is written, under which names, and what stands in its way."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Refract
from small_projects import HEAD, USER, write

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
