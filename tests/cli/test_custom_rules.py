"""Custom rules: they judge schemas and migrations, and are silenced, listed and remembered as all others."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli.conftest import Refract
from refract.rules.kit.installed import installed_rules
from small_projects import HEAD, USER, commit, write

SCHEMA = "prisma/schema.prisma"
NEW = HEAD + USER.replace("}", "  teamId Int?\n  joined DateTime?\n  team Team? @relation(fields: [teamId], references: [id])\n}") + (
    "model Team {\n  id Int @id\n  users User[]\n  Founded DateTime\n}\n"
)  # fmt: skip
MODULE = '''"""A table is called a team."""

from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateTable


@rule(Severity.ERROR)
def check(context):
    for change in context.changes(CreateTable):
        yield Risk(key="team", what=f"`{change.table.name.name}` is a team", change=change)
'''

DECLARED = {
    "a column of a new table and of an old one": (
        'on = "add-column"\ntypes = ["timestamp(*"]',
        ["M (`User.joined`)", "M (`Team.Founded`)"],
    ),
    "a field by a pattern, in any case": ('on = "add-column"\nnames = ["f*"]', ["M (`Team.Founded`)"]),
    "a column of one model": ('on = "add-column"\ntables = ["Team"]\ntypes = ["INTEGER"]', ["M (`Team.id`)"]),
    "a table": ('on = "create-table"', ["M (`Team`)"]),
    "a foreign key": ('on = "add-foreign-key"', ["M (`User_teamId_fkey` of `User`)"]),
    "several kinds": (
        'on = ["create-*", "add-foreign-*"]',
        ["M (`User_teamId_fkey` of `User`)", "M (`Team`)"],
    ),
    "every list must fit": ('on = "add-column"\ntables = ["Team"]\nnames = ["joined"]', []),
    "another kind": ('on = "drop-column"', []),
}


def declared(text: str) -> str:
    return f'[custom-rules.ours]\n{text}\nmessage = "M"\nhelp = "Ask `#data`."\n'


def found(refract: Refract, *arguments: str) -> list[dict[str, str]]:
    report = json.loads(refract("check", "--format", "json", *arguments).stdout)
    return [finding for finding in report["projects"][0]["findings"] if finding["rule"] == "ours"]


@pytest.mark.parametrize("name", DECLARED)
def test_a_schema_is_judged(project: Path, refract: Refract, name: str) -> None:
    text, expected = DECLARED[name]
    write(project, {"refract.toml": declared(text), SCHEMA: NEW})
    findings = found(refract)
    assert [finding["what"] for finding in findings] == expected
    assert {finding["severity"] for finding in findings} <= {"warning"}


def test_a_migration_is_judged(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": declared('on = "drop-column"\nnames = ["email"]')})
    commit(project)
    drop = 'ALTER TABLE "User" DROP COLUMN "email";\n'
    write(project, {"prisma/migrations/2_drop/migration.sql": drop, SCHEMA: HEAD + "model User {\n  id Int @id\n}\n"})
    (finding,) = found(refract)
    assert finding["what"] == "M (`User.email`)"
    assert str(finding["path"]).endswith("2_drop/migration.sql")


def test_every_output_knows_it(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": declared('on = "create-table"'), SCHEMA: NEW})
    assert "warning ours: M (`Team`)" in refract("check").stdout
    assert "help: Ask `#data`." in refract("check").stdout
    (run,) = json.loads(refract("check", "--format", "sarif").stdout)["runs"]
    (result,) = (result for result in run["results"] if result["ruleId"] == "ours")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["shortDescription"] == {"text": "M"}
    assert refract("rules").stdout.rstrip().endswith("warning  M")
    assert refract("explain", "ours").stdout.startswith("# ours\n\nM\n")


def test_it_is_silenced_and_levelled(project: Path, refract: Refract) -> None:
    silenced = NEW.replace("model Team", "// refract-ignore: ours -- agreed\nmodel Team")
    write(project, {"refract.toml": declared('on = "create-table"'), SCHEMA: silenced})
    assert "ours" not in refract("check").stdout.replace("(1 ignored)", "")
    write(project, {"refract.toml": '[rules]\nours = "error"\n' + declared('on = "create-table"'), SCHEMA: NEW})
    assert [finding["severity"] for finding in found(refract)] == ["error"]


def test_a_changed_file_that_is_extended_is_read_again(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": 'extends = ["shared.toml"]\n', "shared.toml": "", SCHEMA: NEW})
    assert found(refract) == []
    write(project, {"shared.toml": declared('on = "create-table"')})
    assert len(found(refract)) == 1


@pytest.fixture
def package(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed package that offers a module of rules."""
    folder = tmp_path_factory.mktemp("site")
    write(folder, {
        "acme_rules.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n",
        "acme_rules.dist-info/entry_points.txt": "[refract.rules]\nx = ours\n",
        "ours.py": MODULE,
    })  # fmt: skip
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "ours", raising=False)
    installed_rules.cache_clear()
    return folder


def test_an_installed_package_offers_rules(project: Path, refract: Refract, package: Path) -> None:
    write(project, {"refract.toml": 'rule-packages = ["acme-rules"]\n', SCHEMA: NEW})
    assert [(finding["what"], finding["severity"]) for finding in found(refract)] == [("`Team` is a team", "error")]
    assert "A table is called a team." in refract("rules").stdout


@pytest.mark.parametrize(
    ("module", "message"),
    [("raise OSError('broken')", "whose ours cannot be loaded: OSError('broken')"), ("", "so no rules")],
)
def test_a_broken_package(project: Path, refract: Refract, package: Path, module: str, message: str) -> None:
    write(package, {"ours.py": module})
    write(project, {"refract.toml": 'rule-packages = ["acme-rules"]\n'})
    result = refract("check")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_rule_that_fails_hides_no_other(project: Path, refract: Refract, package: Path) -> None:
    write(package, {"ours.py": MODULE.replace("for change in", "1 / 0\n    for change in")})
    text = 'rule-packages = ["acme-rules"]\n[custom-rules.tables]\non = "create-table"\nmessage = "M"\n'
    write(project, {"refract.toml": text, SCHEMA: NEW})
    result = refract("check")
    assert "The rule ours failed" in result.stdout
    assert "ZeroDivisionError" in result.stdout
    assert "tables: M (`Team`)" in result.stdout


def test_a_module_of_the_project_is_not_loaded(project: Path, refract: Refract) -> None:
    write(project, {"ours.py": "raise SystemExit('loaded')\n", "refract.toml": 'rule-packages = ["ours"]\n'})
    result = refract("check")
    assert result.exit_code == 2
    assert "rule-packages has ours, which is not installed" in result.stderr
