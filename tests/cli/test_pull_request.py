"""What a pull request shows: the report in Markdown, annotations within limits, JUnit, and what fails."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, USER, commit, write

RENAMED = HEAD + USER.replace("email String", "mail  String")
MIGRATION = "prisma/migrations/20250101000000_drop/migration.sql"


@pytest.fixture
def branch(project: Path) -> Path:
    """A migration that drops a column, and the schema without it."""
    commit(project)
    write(project, {
        MIGRATION: 'ALTER TABLE "User" DROP COLUMN "email";\nCREATE INDEX "i" ON "User"("id");\n',
        "prisma/schema.prisma": HEAD + "model User {\n  id Int @id\n\n  @@index([id], map: \"i\")\n}\n",
    })  # fmt: skip
    return project


def sections(text: str) -> dict[str, str]:
    head, *parts = text.split("\n#### ")
    return {"": head} | {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


def test_the_report_on_a_migration(branch: Path, refract: Refract) -> None:
    result = refract("check", "--format", "markdown")
    assert result.exit_code == 1
    found = sections(result.stdout)
    assert found[""].startswith("<!-- refract -->\n## Refract: 1 error, ")
    assert list(found)[1:] == ["What changes", "Risks", "Locks, in order", "Rollback"]
    assert "- Migration `20250101000000_drop`\n  - Drop User.email\n" in found["What changes"]
    assert f"Error in `{MIGRATION}:1` (`drop-column`)" in found["Risks"]
    assert found["Risks"].index("(`drop-column`)") < found["Risks"].index("Warning in")
    assert "ACCESS EXCLUSIVE" in found["Locks, in order"]
    assert "`20250101000000_drop` cannot be undone completely." in found["Rollback"]
    assert "`refract rollback 20250101000000_drop` writes the SQL." in found["Rollback"]


def test_each_risk_has_its_fix_and_its_plan_once(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": RENAMED})
    risks = sections(refract("check", "--format", "markdown").stdout)["Risks"]
    assert "`refract fix --finding field-rename-as-drop-add:public.User.email`" in risks
    assert risks.count("refract plan new rename-field User.email to=mail how=trigger") == 1


def test_open_plans_are_listed(project: Path, refract: Refract) -> None:
    commit(project)
    refract("plan", "new", "rename-field", "User.email", "to=mail", "how=trigger")
    plans = sections(refract("check", "--format", "markdown").stdout)["Plans"]
    assert plans.startswith("\n- `rename_field_user_email_to_mail`: step 1 of 5")


def test_nothing_to_report(project: Path, refract: Refract) -> None:
    commit(project)
    text = refract("check", "--format", "markdown", "--base", "HEAD").stdout
    assert (
        text
        == (
            "<!-- refract -->\n## Refract: no risks found\n\n"
            "`prisma/schema.prisma` was compared with 1 migration in HEAD:prisma/migrations.\n"
        )
        or "####" not in text
    )


def test_names_cannot_write_markdown(project: Path, refract: Refract) -> None:
    commit(project)
    odd = HEAD + USER.replace("email String", 'email String @map("<img src=x>[a](b)")')
    write(project, {"prisma/schema.prisma": odd})
    text = refract("check", "--format", "markdown").stdout
    outside_code = "".join(
        part for at, part in enumerate(text.replace("<!-- refract -->", "").split("`")) if at % 2 == 0
    )
    assert "<img" not in outside_code.replace("\\<img", "")
    assert "[a](" not in outside_code.replace("\\[a", "")


def many(count: int) -> str:
    fields = "".join(f"  a{at} String\n" for at in range(count))
    return HEAD + USER.replace("}", f"{fields}}}")


def test_annotations_stay_within_the_limits_of_github(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": many(14)})
    lines = refract("check", "--format", "github").stdout.splitlines()
    assert [line.startswith("::error ") for line in lines] == [True] * 10 + [False] * 4
    assert lines[-1].startswith("- prisma/schema.prisma:")


def test_a_long_report_is_counted_by_rule_and_cut(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": many(300)})
    text = refract("check", "--format", "markdown").stdout
    assert len(text) < 65_536
    assert "And 280 more:" in text
    assert "- 280 × `add-required-column-without-default` (error)" in text
    assert "  - and 288 more" in text


def test_junit(project: Path, refract: Refract) -> None:
    commit(project)
    (passed,) = ET.fromstring(refract("check", "--format", "junit").stdout)
    assert passed.attrib == {"name": "prisma/schema.prisma", "tests": "1", "failures": "0", "errors": "0"}
    write(project, {"prisma/schema.prisma": RENAMED + "model Half {\n  id Int @id\n  x Strin\n}\n"})
    (suite,) = ET.fromstring(refract("check", "--format", "junit").stdout)
    failed, broken = suite
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")
    assert failed.attrib["classname"] == "field-rename-as-drop-add"
    assert (failed.attrib["file"], failed.attrib["line"]) == ("prisma/schema.prisma", "7")
    failure = failed.find("failure")
    assert failure is not None and failure.attrib["type"] == "error" and "RENAME COLUMN" in (failure.text or "")
    assert broken.find("error") is not None


def test_statistics_and_quiet(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": many(3)})
    counted = refract("check", "--statistics")
    assert counted.stdout.splitlines()[0] == "    3  error    add-required-column-without-default"
    assert counted.stdout.splitlines()[1].startswith("3 errors in prisma/schema.prisma")
    assert refract("check", "--statistics", "--quiet").stdout.count("\n") == 1
    quiet = refract("check", "-q", "--format", "concise")
    assert quiet.exit_code == 1
    assert [line.split(":")[0] for line in quiet.stdout.splitlines()] == ["prisma/schema.prisma"] * 3
    assert "compared with" not in refract("check", "-q").stdout


@pytest.mark.parametrize(
    ("schema", "fail_on", "code"),
    [
        (RENAMED, ["irreversible"], 1),
        (many(1), ["irreversible"], 0),
        (many(1), ["migration-fails"], 1),
        (many(1), ["irreversible", "migration-fails"], 1),
        (HEAD + USER.replace("}", "\n  @@index([email])\n}"), ["error"], 0),
        (HEAD + USER.replace("}", "\n  @@index([email])\n}"), ["blocks"], 1),
        (HEAD + USER.replace("}", "\n  @@index([email])\n}"), ["code-breaks"], 0),
        (RENAMED, ["never"], 0),
    ],
)
def test_what_fails(project: Path, refract: Refract, schema: str, fail_on: list[str], code: int) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": schema})
    options = [word for kind in fail_on for word in ("--fail-on", kind)]
    assert refract("check", *options).exit_code == code
    (project / "refract.toml").write_text(f'fail-on = "{fail_on[-1]}"\n')
    assert refract("check").exit_code == code
