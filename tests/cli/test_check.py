"""`refract check`: what it prints, when it fails, and what it says when it cannot answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, USER, commit, write

Refract = Callable[..., Result]

SHOP = Path(__file__).parents[2] / "examples" / "shop"
RISKY = HEAD + USER.replace("email String", "mail  String")


def test_nothing_pending(project: Path, refract: Refract) -> None:
    result = refract("check")
    assert result.exit_code == 0
    assert result.stdout == (
        "No findings in prisma/schema.prisma, compared with 1 migration in prisma/migrations.\n"
        f"No migration was judged, since there is no base ({project / 'prisma'} is not in a git repository).\n"
    )
    assert result.stderr == ""


def test_a_finding_has_its_place_its_line_and_its_reason(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("  email String\n", "")})
    result = refract("check")
    assert result.exit_code == 1
    first, excerpt, carets, *_ = result.stdout.split("\n")
    assert first.startswith("prisma/schema.prisma:5:")
    assert ": error drop-column: " in first
    assert excerpt == "  5 | model User {"
    assert carets.strip(" |^") == ""
    *_, verdict, scope = result.stdout.splitlines()
    assert verdict == "1 error in prisma/schema.prisma, compared with 1 migration in prisma/migrations."
    assert scope.endswith("1 change is pending without a migration.")


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("never", 0)])
def test_the_threshold(project: Path, refract: Refract, threshold: str, code: int) -> None:
    write(project, {"refract.toml": '[rules]\ndrop-column = "warning"\n'})
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("  email String\n", "")})
    assert refract("check", "--fail-on", threshold).exit_code == code


def test_a_rule_that_is_off(project: Path, refract: Refract) -> None:
    write(project, {"refract.toml": '[rules]\ndrop-column = "off"\n'})
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("  email String\n", "")})
    assert refract("check").exit_code == 0


def test_the_example_shows_what_the_readme_promises(refract: Refract) -> None:
    result = refract("check", SHOP, "--format", "json")
    assert result.exit_code == 1
    (shop,) = json.loads(result.stdout)["projects"]
    assert shop["problems"] == []
    assert shop["baseline"]["kind"] == "migrations"
    assert shop["baseline"]["not_followed"] == 0
    assert {finding["rule"] for finding in shop["findings"]} >= {
        "field-rename-as-drop-add",
        "drop-column",
        "add-required-column-without-default",
        "make-column-required",
        "remove-enum-value",
        "create-index-blocking",
    }


def test_json(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RISKY})
    report = json.loads(refract("check", "--format", "json").stdout)
    assert report["version"] == 1
    (checked,) = report["projects"]
    assert checked["schema"] == ["prisma/schema.prisma"]
    assert checked["provider"] == "postgresql"
    assert checked["baseline"] == {
        "kind": "migrations",
        "detail": "1 migration in prisma/migrations",
        "statements": 1,
        "not_followed": 0,
    }
    (finding,) = checked["findings"]
    assert finding["rule"] == "field-rename-as-drop-add"
    assert finding["path"] == "prisma/schema.prisma"
    assert finding["start"]["line"] == 7
    assert report["summary"] == {"error": 1, "warning": 0, "info": 0}


def test_without_migrations_the_last_commit_is_the_baseline(project: Path, refract: Refract) -> None:
    for file in (project / "prisma/migrations").rglob("*.*"):
        file.unlink()
    commit(project)
    assert refract("check").exit_code == 0
    write(project, {"prisma/schema.prisma": RISKY})
    result = refract("check")
    assert result.exit_code == 1
    assert "the schema at HEAD" in result.stdout


def test_without_migrations_and_git_everything_is_new(tmp_path: Path, refract: Refract) -> None:
    write(tmp_path, {"schema.prisma": HEAD + USER})
    result = refract("check", tmp_path)
    assert result.exit_code == 0
    assert "an empty database" in result.stdout


def test_base(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("  email String\n", "")})
    write(project, {"prisma/migrations/2_drop/migration.sql": 'ALTER TABLE "User" DROP COLUMN "email";\n'})
    for arguments in ((), ("--base", "HEAD")):
        result = refract("check", *arguments)
        assert result.exit_code == 1
        assert re.search(r"2_drop/migration\.sql:1:\d+: error drop-column", result.stdout)
    commit(project)
    assert refract("check").exit_code == 0
    assert refract("check", "--base", "HEAD~1").exit_code == 1


def test_a_table_that_is_new_on_the_branch_has_no_rows(project: Path, refract: Refract) -> None:
    commit(project)
    write(project, {"prisma/schema.prisma": HEAD + USER + "model Tag {\n  id Int @id\n  label String\n}\n"})
    made = 'CREATE TABLE "Tag" ("id" INTEGER NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));\n'
    write(project, {"prisma/migrations/2_tags/migration.sql": made})
    added = 'ALTER TABLE "Tag" ADD COLUMN "label" TEXT NOT NULL;\n'
    write(project, {"prisma/migrations/3_labels/migration.sql": added})
    assert refract("check").exit_code == 0
    commit(project)
    result = refract("check", "--base", "HEAD")
    assert result.exit_code == 0
    assert refract("check", "--base", "HEAD~1").exit_code == 0


def test_several_projects_are_each_checked(project: Path, refract: Refract) -> None:
    write(project, {"other/schema.prisma": HEAD + USER})
    result = refract("check")
    assert [
        line.split(" in ")[1].split(",")[0] for line in result.stdout.splitlines() if ", compared with " in line
    ] == [
        "prisma/schema.prisma",
        "other/schema.prisma",
    ]


@pytest.mark.parametrize(
    ("comment", "code", "said"),
    [
        ("  // refract-ignore: field-rename-as-drop-add -- not released yet\n", 0, "(1 ignored)"),
        ("  // refract-ignore: drop-table, field-rename-as-drop-add -- both\n", 0, "(1 ignored)"),
        ("  // a word\n  // refract-ignore: field-rename-as-drop-add -- a\n  // more\n", 0, "(1 ignored)"),
        ("  // refract-ignore: field-rename-as-drop-add\n", 1, "suppression-without-reason"),
        ("  // refract-ignore: drop-table -- another rule\n", 1, "field-rename-as-drop-add"),
        ("  // refract-ignore: field-rename-as-drop-add -- too far away\n\n", 1, "field-rename-as-drop-add"),
    ],
)
def test_a_comment_with_a_reason_silences(project: Path, refract: Refract, comment: str, code: int, said: str) -> None:
    write(project, {"prisma/schema.prisma": RISKY.replace("  mail", comment + "  mail")})
    result = refract("check")
    assert result.exit_code == code
    assert said in result.stdout


def test_a_comment_at_the_end_of_the_line(project: Path, refract: Refract) -> None:
    reason = "mail  String // refract-ignore: field-rename-as-drop-add -- fine"
    write(project, {"prisma/schema.prisma": RISKY.replace("mail  String", reason)})
    assert refract("check").exit_code == 0


BAD = {
    "no path": ({}, ("nowhere",), "nowhere does not exist"),
    "no schema": ({"prisma/schema.prisma": None}, (), "No Prisma schema found"),
    "unknown revision": ({}, ("--base", "nope"), "Cannot compare with nope"),
    "no datasource": ({"prisma/schema.prisma": USER}, (), "datasource"),
    "unknown provider": ({"prisma/schema.prisma": HEAD.replace("postgresql", "oracle") + USER}, (), "oracle"),
    "a binary schema": ({"prisma/schema.prisma": b"\0\1\2"}, (), "is a binary file"),
    "not UTF-8": ({"prisma/schema.prisma": HEAD.encode() + b"\xff"}, (), "is not UTF-8"),
    "bad settings": ({"refract.toml": "x = 1"}, (), "unknown setting x"),
    "bad lock": ({"prisma/migrations/migration_lock.toml": "provider ="}, (), "migration_lock.toml"),
    "lock of another provider": (
        {"prisma/migrations/migration_lock.toml": 'provider = "sqlite"'},
        (),
        "migration_lock.toml",
    ),
    "an unreadable migration": (
        {"prisma/migrations/2_x/migration.sql": b"\xff\xfe\0\0"},
        (),
        "2_x/migration.sql",
    ),
    "conflict markers": (
        {"prisma/schema.prisma": HEAD + USER + "<<<<<<< HEAD\n=======\n>>>>>>> x\n"},
        (),
        "prisma/schema.prisma:9:",
    ),
    "a broken block": ({"prisma/schema.prisma": HEAD + USER + "model Broken {\n  id Int @@@\n}\n"}, (), ":10:"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_message(project: Path, refract: Refract, name: str) -> None:
    files, arguments, said = BAD[name]
    commit(project)
    for path, content in files.items():
        if content is None:
            (project / path).unlink()
        else:
            write(project, {path: content})
    result = refract("check", *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert result.stderr.startswith("refract: ") or result.stderr.startswith("Usage: ")
    assert "Traceback" not in result.output


def test_a_broken_block_does_not_hide_the_others(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + "model Broken {\n  id Int @@@\n" + "}\n" + RISKY[len(HEAD) :]})
    result = refract("check")
    assert result.exit_code == 2
    assert "field-rename-as-drop-add" in result.stdout


def test_a_broken_block_does_not_look_dropped(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("email String", "email Str(((")})
    result = refract("check", "--format", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["projects"][0]["findings"] == []


@pytest.mark.parametrize("text", [
    (HEAD + USER).replace("\n", "\r\n"),
    "\ufeff" + HEAD + USER,
    "// a comment\n" + HEAD + "/* another\n*/\n" + USER,
])  # fmt: skip
def test_odd_but_valid_text(project: Path, refract: Refract, text: str) -> None:
    write(project, {"prisma/schema.prisma": text})
    result = refract("check")
    assert (result.exit_code, result.stderr) == (0, "")


def test_control_characters_do_not_reach_the_terminal(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": RISKY.replace("mail  String", "mail  String // \x1b[31m")})
    assert "\x1b" not in refract("check").stdout


def test_another_language_is_left_alone(tmp_path: Path, refract: Refract) -> None:
    write(tmp_path, {"schema.prisma": "// use prisma-next\nanything at all {{{"})
    result = refract("check", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith(
        "schema.prisma is for Prisma 8, which keeps other migrations. "
        "Refract does not read them, so nothing was checked there.\n"
    )


@pytest.mark.parametrize("path", [(), (".",), ("prisma.config.ts",), ("prisma/schema.prisma",), ("prisma",)])
def test_nothing_of_prisma_8_is_checked(project: Path, refract: Refract, path: tuple[str, ...]) -> None:
    write(project, {"prisma.config.ts": "export default definePrismaConfig({ orm: {} })"})
    write(project, {"prisma/schema.prisma": RISKY})
    result = refract("check", *path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Prisma 8" in result.stderr


@pytest.mark.parametrize("command", ["diff", "name", "create", "runbook", "rollback"])
def test_other_commands_mention_prisma_8(project: Path, refract: Refract, command: str) -> None:
    write(project, {"prisma.config.ts": "export default definePrismaConfig({ orm: {} })"})
    result = refract(command)
    assert result.exit_code == 2
    assert "prisma.config.ts is for Prisma 8" in result.stderr


@pytest.mark.parametrize("path", [(), (".",), ("prisma.config.ts",)])
def test_a_configuration_without_a_schema(
    tmp_path: Path, path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"prisma.config.ts": "export default {}\n"})
    monkeypatch.chdir(tmp_path)
    done = run("check", *path, cwd=tmp_path)
    assert done.returncode == 2
    assert "No Prisma schema found" in done.stderr


def test_a_computed_configuration_is_a_problem(project: Path, refract: Refract) -> None:
    write(project, {"prisma.config.ts": "export default { migrations: { path: pick() } }"})
    result = refract("check")
    assert result.exit_code == 2
    assert "prisma.config.ts:1:1: This file computes `migrations.path`" in result.stderr
    write(project, {"refract.toml": 'migrations = "prisma/migrations"'})
    assert refract("check").exit_code == 0


CASCADE = HEAD.replace("postgresql", "sqlite") + (
    "model User {\n  id    Int @id\n  email EMAIL\n  posts Post[]\n}\n"
    "model Post {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id], onDelete: Cascade)\n}\n"
)
D1 = {
    "package.json": {"package.json": '{ "dependencies": { "@prisma/adapter-d1": "7.0.0" } }'},
    "wrangler.toml": {"wrangler.toml": '[[d1_databases]]\nbinding = "DB"\n'},
    "wrangler.jsonc": {"wrangler.jsonc": '{ "d1_databases": [{ "binding": "DB" }] }'},
}


@pytest.mark.parametrize("file", D1)
def test_the_flavour_needs_no_setting(tmp_path: Path, refract: Refract, file: str) -> None:
    write(tmp_path, {"prisma/schema.prisma": CASCADE.replace("EMAIL", "String"), **D1[file]})
    commit(tmp_path)
    write(tmp_path, {"prisma/schema.prisma": CASCADE.replace("EMAIL", "String?")})
    assert "sqlite-redefine-cascade" in refract("check", tmp_path).stdout
    (tmp_path / file).unlink()
    assert "sqlite-redefine-cascade" not in refract("check", tmp_path).stdout


def test_a_folder_below_looks_upwards(project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "src/deep").mkdir(parents=True)
    monkeypatch.chdir(project / "src/deep")
    write(project, {"prisma/schema.prisma": RISKY})
    assert "field-rename-as-drop-add" in refract("check").stdout
    assert "DROP COLUMN" in refract("diff").stdout


def test_git_is_not_needed(project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert refract("check").exit_code == 0
    result = refract("check", "--base", "main")
    assert result.exit_code == 2
    assert "git is not installed" in result.stderr


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from refract.cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_as_a_program(project: Path) -> None:
    write(project, {"prisma/schema.prisma": RISKY})
    done = run("check", cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\x1b" not in done.stdout
    assert run("check", "--nonsense", cwd=project).returncode == 2
    assert run("--version", cwd=project).stdout.startswith("refract ")


def test_a_warm_check_reads_nothing_twice(project: Path) -> None:
    """The second run of an unchanged project loads no parser."""
    code = (
        "import sys; from refract.cli.main import cli\n"
        "try: cli(['check'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'lark', 'pygls', 'lsprotocol'} & set(sys.modules)))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
            for _ in range(2)]  # fmt: skip
    assert runs[1].stdout.splitlines()[-1] == "[]"
    assert runs[0].stdout.splitlines()[:-1] == runs[1].stdout.splitlines()[:-1]
