"""The outputs for services and terminals, the list of rules and their pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from refract.analysis import analyse, open_project
from refract.cli.options import Options
from refract.cli.report import report
from refract.rules.kit.rule import all_rules
from refract.workspace import find_projects
from small_projects import HEAD, USER, commit, write

Refract = Callable[..., Result]

RENAMED = HEAD + USER.replace("email String", "mail  String")


def sarif(refract: Refract, *arguments: str) -> dict[str, Any]:
    (run,) = json.loads(refract("check", "--format", "sarif", *arguments).stdout)["runs"]
    return dict(run)


def test_sarif(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RENAMED})
    run = sarif(refract)
    driver = run["tool"]["driver"]
    (result,) = run["results"]
    rule = driver["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "field-rename-as-drop-add"
    assert rule["shortDescription"]["text"] and "## Safer way" in rule["help"]["markdown"]
    assert {rule["id"] for rule in driver["rules"]} >= {rule.name for rule in all_rules()}
    assert result["level"] == "error"
    assert result["message"]["text"]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "prisma/schema.prisma", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7, "startColumn": 3, "endLine": 7, "endColumn": 7},
    }
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == f"{project.as_uri()}/"
    assert re.fullmatch(r"[0-9a-f]{64}", result["partialFingerprints"]["refractKey/v1"])
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_of_a_schema_that_cannot_be_read_in_full(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER + "model Broken {\n  id Int @@@\n}\n"})
    (invocation,) = sarif(refract)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"]


def test_paths_count_from_the_root_of_the_repository(
    project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a b/é.prisma": RENAMED})
    commit(project)
    write(project, {"a b/é.prisma": HEAD + USER})
    monkeypatch.chdir(project / "a b")
    (result,) = sarif(refract, "é.prisma")["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "a%20b/%C3%A9.prisma", "uriBaseId": "%SRCROOT%"}
    (issue,) = json.loads(refract("check", "é.prisma", "--format", "gitlab").stdout)
    assert issue["location"]["path"] == "a b/é.prisma"


def test_github(project: Path, refract: Refract) -> None:
    write(project, {"a,b:c%/schema.prisma": RENAMED, "a,b:c%/migrations/1_init/migration.sql": (
        project / "prisma/migrations/20240101000000_init/migration.sql").read_bytes()})  # fmt: skip
    lines = refract("check", "a,b:c%", "--format", "github").stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(
        "::error file=a%2Cb%3Ac%25/schema.prisma,line=7,endLine=7,col=3,endColumn=7,"
        "title=refract field-rename-as-drop-add::Renaming `email` to `mail` deletes its values"
    )
    assert refract("check", "prisma", "--format", "github").stdout == ""


def test_gitlab(project: Path, refract: Refract) -> None:
    assert json.loads(refract("check", "--format", "gitlab").stdout) == []
    write(project, {"prisma/schema.prisma": RENAMED})
    (issue,) = json.loads(refract("check", "--format", "gitlab").stdout)
    assert issue["check_name"] == "field-rename-as-drop-add"
    assert issue["severity"] == "critical"
    assert issue["location"] == {"path": "prisma/schema.prisma", "lines": {"begin": 7, "end": 7}}
    write(project, {"prisma/schema.prisma": "\n\n" + RENAMED})
    (moved,) = json.loads(refract("check", "--format", "gitlab").stdout)
    assert moved["fingerprint"] == issue["fingerprint"]
    assert moved["location"]["lines"]["begin"] == 9


def test_a_terminal_gets_the_harm_below_the_line(project: Path) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("email String", "/* 電子 */ mail String")})
    (found,) = find_projects(project)
    lines = "\n".join(report(analyse(open_project(found)), Options(columns=60))).split("\n")
    heading, source, carets, *message = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert heading.endswith("7:12: error field-rename-as-drop-add: Renaming `email` to `mail` deletes its values")
    assert source == "  7 |   /* 電子 */ mail String"
    assert carets == "    |              ^^^^"
    own = message[: next(at for at, line in enumerate(message) if not line or line.startswith("    "))]
    assert own[0].startswith("  = Prisma drops column `email`")
    assert max(map(len, own)) <= 60


def test_the_list_of_rules(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": '[rules]\ndrop-column = "off"\n"drop-t*" = "info"\n'})
    text = refract("rules").stdout
    assert re.search(r"^drop-column +off +\S", text, re.MULTILINE)
    assert re.search(r"^drop-table +info +\S", text, re.MULTILINE)
    listed = json.loads(refract("rules", "--format", "json").stdout)["rules"]
    assert [rule["rule"] for rule in listed] == [rule.name for rule in all_rules()]
    assert {"rule", "severity", "level", "on_by_default", "providers", "judges", "summary"} == set(listed[0])


@pytest.mark.parametrize(
    ("rule", "code", "said"),
    [
        ("drop-column", 0, "## Safer way"),
        ("unused-suppression", 0, "silences nothing"),
        ("drop-colum", 2, "Did you mean drop-column?"),
        ("zzzzzz", 2, "Run `refract rules` for the list"),
    ],
)
def test_explain(project: Path, refract: Refract, rule: str, code: int, said: str) -> None:
    result = refract("explain", rule)
    assert result.exit_code == code
    assert said in result.output


def test_one_migration(project: Path, refract: Refract) -> None:
    commit(project)
    drop = "prisma/migrations/2_drop/migration.sql"
    add = "prisma/migrations/3_add/migration.sql"
    write(project, {
        "prisma/schema.prisma": HEAD + USER.replace("email String", "age Int"),
        drop: 'ALTER TABLE "User" DROP COLUMN "email";\n',
        add: 'ALTER TABLE "User" ADD COLUMN "age" INTEGER NOT NULL;\n',
    })  # fmt: skip
    both = json.loads(refract("check", "--format", "gitlab").stdout)
    one = json.loads(refract("check", add, "--format", "gitlab").stdout)
    assert {issue["location"]["path"] for issue in both} == {drop, add}
    assert {issue["location"]["path"] for issue in one} == {add}
    write(project, {"loose.sql": "SELECT 1;"})
    result = refract("check", "loose.sql")
    assert result.exit_code == 2
    assert "No Prisma project found whose migrations folder contains loose.sql." in result.stderr


def test_what_is_excluded_is_not_checked(project: Path, refract: Refract) -> None:
    write(project, {"old/app/schema.prisma": HEAD + USER, "refract.toml": 'exclude = ["old"]\n'})
    assert "old" not in refract("check").stdout
    assert refract("check", "old/app/schema.prisma").output == ""


def test_the_settings_say_what_fails_and_the_command_line_overrules(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": 'fail-on = "never"\n', "prisma/schema.prisma": RENAMED})
    assert refract("check").exit_code == 0
    assert refract("check", "--fail-on", "error").exit_code == 1
