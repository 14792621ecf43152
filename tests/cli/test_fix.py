"""`refract fix`: what it lists, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, USER, commit, write

RENAMED = HEAD + USER.replace("email String", "mail  String")
KEY = "field-rename-as-drop-add:public.User.email"
LOCKING = "prisma/migrations/2025010100000{}_more/migration.sql"
UNIQUE = 'ALTER TABLE "User" ADD COLUMN "c{}" TEXT;\nALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL;\n'


def texts(project: Path) -> dict[str, str]:
    files = (path for path in (project / "prisma").rglob("*") if path.is_file())
    return {path.relative_to(project).as_posix(): path.read_text() for path in files}


@pytest.fixture
def renamed(project: Path) -> Path:
    commit(project)
    write(project, {"prisma/schema.prisma": RENAMED})
    return project


def test_the_list_has_commands_that_work(renamed: Path, refract: Refract) -> None:
    before = texts(renamed)
    result = refract("fix")
    assert result.exit_code == 0
    assert result.stdout == (
        "prisma/schema.prisma:7:3: error field-rename-as-drop-add: Renaming `email` to `mail` deletes its values\n"
        f"  refract fix --finding {KEY}\n"
        '    * --with keep-database-name  Keep the column: add @map("email")\n'
        "      --with split-into-steps    Rename in 5 safe steps (no downtime)\n"
        "      --with rename-in-database  RENAME COLUMN now (breaks running code until deployed)\n"
        "\n"
        "To silence a finding, use `--with ignore-on-line` or `--with ignore-in-project`.\n"
    )
    assert texts(renamed) == before


def test_the_preferred_fix_is_written(renamed: Path, refract: Refract) -> None:
    result = refract("fix", "--finding", KEY)
    assert result.exit_code == 0
    assert result.stdout == (
        'prisma/schema.prisma:7:3: field-rename-as-drop-add: Keep the column: add @map("email")\n'
        "  prisma/schema.prisma\n"
        "No findings remain.\n"
    )
    assert '@map("email")' in (renamed / "prisma/schema.prisma").read_text()


def test_a_diff_changes_nothing_and_can_be_applied(renamed: Path, refract: Refract) -> None:
    before = texts(renamed)
    result = refract("fix", "--rule", "field-rename-as-drop-add", "--diff")
    assert result.exit_code == 0
    assert texts(renamed) == before
    subprocess.run(["git", "apply", "-"], input=result.stdout, text=True, cwd=renamed, check=True)
    assert refract("check").stdout.startswith("No findings")


def test_a_fix_by_its_id_creates_files(renamed: Path, refract: Refract) -> None:
    result = refract("fix", "--finding", KEY, "--with", "split-into-steps")
    assert result.exit_code == 0
    made = texts(renamed).keys()
    assert any("/plans/" in name for name in made)
    assert "Restores the schema" in result.stdout
    assert refract("plan", "list").stdout.startswith("rename_field_user_email_to_mail")


def test_answers_reach_the_plan(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", "  city String\n}")})
    result = refract("fix", "--finding", "add-required-column-without-default:public.User.city",
                     "--with", "split-into-steps", "value='Berlin'")  # fmt: skip
    assert result.exit_code == 0, result.output
    (plan,) = (text for name, text in texts(project).items() if "/plans/" in name)
    assert "Berlin" in plan


def test_safe_fixes_of_several_migrations(project: Path, refract: Refract) -> None:
    commit(project)
    schema = HEAD + USER.replace("email String", "email String?").replace("}", "  c1 String?\n  c2 String?\n}")
    write(project, {LOCKING.format(at): UNIQUE.format(at) for at in (1, 2)} | {"prisma/schema.prisma": schema})
    (project / "refract.toml").write_text('[rules]\nmissing-lock-timeout = "warning"\n')
    result = refract("fix", "--safe")
    assert result.exit_code == 0, result.output
    assert all("lock_timeout" in texts(project)[LOCKING.format(at)] for at in (1, 2))
    again = refract("fix", "--safe")
    assert again.stdout == "No fix applies. `refract fix` lists the fixes of each finding.\n"


def test_several_findings_of_one_file(project: Path, refract: Refract) -> None:
    commit(project)
    schema = HEAD + USER.replace("}", "  city String\n  street String\n}")
    write(project, {"prisma/schema.prisma": schema})
    result = refract("fix", "--rule", "add-required-column-without-default")
    assert result.exit_code == 0
    written = (project / "prisma/schema.prisma").read_text()
    assert "String?" in written
    assert written.count("String?") == 2
    assert result.stdout.endswith("No findings remain.\n")


def test_a_rule_without_another_fix(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": HEAD + "model User {\n  id Int @id\n}\n"})
    before = texts(project)
    result = refract("fix", "--rule", "drop-column", "--with", "make-optional")
    assert result.exit_code == 1
    assert result.stdout == "No fix applies. `refract fix` lists the fixes of each finding.\n"
    assert texts(project) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rule", "drop-colum"], "Unknown rule drop-colum. Did you mean drop-column?"),
        (["--rule", "drop-column", "--with", "make-optionl"], "Unknown fix make-optionl. Did you mean make-optional?"),
        (["--finding", "nothing"], "No finding has the key `nothing`. `refract fix` lists the keys."),
        (["--safe", "value"], "'value' is not NAME=VALUE."),
        (["--safe", "--base", "nowhere"], "nowhere"),
    ],
)
def test_wrong_names(renamed: Path, refract: Refract, arguments: list[str], message: str) -> None:
    result = refract("fix", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_nothing_to_fix(project: Path, refract: Refract) -> None:
    assert refract("fix").stdout == "No findings.\n"
    assert refract("fix", "--safe").exit_code == 0


def test_json_has_fixes_that_can_be_applied(renamed: Path, refract: Refract) -> None:
    (found,) = json.loads(refract("check", "--format", "json").stdout)["projects"][0]["findings"]
    kept, split, *_ = found["fixes"]
    assert kept["command"] == f"refract fix --finding {KEY} --with keep-database-name"
    (edit,) = kept["edits"]
    lines = (renamed / edit["path"]).read_text().splitlines(keepends=True)
    line, start, end = edit["start"]["line"] - 1, edit["start"]["column"] - 1, edit["end"]["column"] - 1
    lines[line] = lines[line][:start] + edit["new_text"] + lines[line][end:]
    (renamed / edit["path"]).write_text("".join(lines))
    assert refract("check").stdout.startswith("No findings")
    assert split["edits"] is None
    assert found["plan"]["command"] == "refract plan new rename-field User.email to=mail how=trigger"
