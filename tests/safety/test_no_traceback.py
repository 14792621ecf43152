"""Texts, names and permissions that nobody expects: each command has an answer, and none is a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract.config.files import load_settings
from refract.config.settings import SettingsError
from refract.diff import diff
from refract.plans.file import NotAPlan, read_plan
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_migration
from refract.syntax.document import parse_document
from refract.toml import TomlError, parse_toml
from small_projects import HEAD, INIT, LOCK, USER, commit, write

Refract = Callable[..., Result]
DIGITS = "x = " + "1" * 5_000
DEEP = "x = " + "[" * 3_000
DOTTED = "x = 1e" + "9" * 400
COMMANDS = (
    ["check"],
    ["name"],
    ["create"],
    ["diff"],
    ["rollback"],
    ["runbook"],
    ["plan", "list"],
    ["init", "--dry-run"],
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a pending column, which is the current folder."""
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER.replace("}", "  added Int?\n}"),
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assert_answers(refract: Refract, *commands: list[str]) -> None:
    """Each command ends with an exit code of its own."""
    for command in commands or COMMANDS:
        done = refract(*command)
        assert done.exception is None or isinstance(done.exception, SystemExit), (command, done.exception)
        assert done.exit_code in (0, 1, 2)


@pytest.mark.parametrize("text", [DIGITS, DEEP], ids=["digits", "deep"])
@pytest.mark.parametrize("file", [
    "refract.toml",
    "pyproject.toml",
    "prisma/migrations/migration_lock.toml",
    "prisma/plans/a.toml",
    "refract-accepted.json",
    "package.json",
    "prisma.config.ts",
])  # fmt: skip
def test_digits_and_depth(project: Path, refract: Refract, file: str, text: str) -> None:
    write(project, {file: f"[tool.refract]\n{text}" if file.startswith("pyproject") else text})
    assert_answers(refract)


@pytest.mark.parametrize(
    "text", [DIGITS, DEEP, DOTTED, "x = 99999-99-99", "x = 25:61:61", "\ud800", "\x00", "a" * 10**6]
)
def test_toml_is_read_or_refused(text: str) -> None:
    try:
        parse_toml(text)
    except TomlError as error:
        assert str(error)


def test_a_plan_and_settings_refuse_what_is_not_toml(tmp_path: Path) -> None:
    for text in (DIGITS, DEEP):
        with pytest.raises(NotAPlan):
            read_plan(text, "p")
        write(tmp_path, {"refract.toml": text})
        with pytest.raises(SettingsError):
            load_settings(tmp_path)


@pytest.mark.parametrize("setting", ["schema", "migrations"])
@pytest.mark.parametrize("value", ["a/" * 3_000, "a" * 6_000, "\\u0000", "..", "/dev/null"])
def test_paths(project: Path, refract: Refract, setting: str, value: str) -> None:
    named = f"migrations: {{ path: '{value}' }}" if setting == "migrations" else f"schema: '{value}'"
    write(project, {"prisma.config.ts": f"export default {{ {named} }}\n"})
    assert_answers(refract)
    write(project, {"prisma.config.ts": "", "package.json": f'{{"prisma": {{"{setting}": "{value}"}}}}'})
    assert_answers(refract)
    (project / "package.json").unlink()
    write(project, {"refract.toml": f'{setting} = "{value}"\n'})
    assert_answers(refract)


@pytest.mark.parametrize("command", [
    "check {}", "init {}", "fix --project {}", "create --project {}", "plan list --project {}", "plan next {}",
    "plan show {}", "plan new rename-field {} to=x", "rollback {}", "rollback --project {}", "runbook {}",
    "runbook --project {}", "name --from {} --to {}", "diff --from {} --to {}", "explain {}", "check --base {}", "init --agents {}",
])  # fmt: skip
@pytest.mark.parametrize("name", ["a" * 6_000, "a/" * 3_000], ids=["name", "folders"])
def test_a_name_that_no_file_can_have(project: Path, refract: Refract, command: str, name: str) -> None:
    done = refract(*(word.replace("{}", name) for word in command.split()))
    assert done.exit_code in (1, 2), done.output
    assert "Traceback" not in done.output and done.exception.__class__ in (SystemExit, type(None)), done.exception


@pytest.mark.parametrize(("folder", "expected"), [
    ("99991231235959_x", None),
    ("99999999999999_z", None),
    ("99990101000000_x", "99990101000001"),
    ("29991399999999_x", "30000101000000"),
    ("20240101000000_é", ""),
    ("zzz", ""),
    ("2024", ""),
])  # fmt: skip
def test_a_new_migration_sorts_after_all_others(
    project: Path, refract: Refract, folder: str, expected: str | None
) -> None:
    write(project, {f"prisma/migrations/{folder}/migration.sql": "SELECT 1;"})
    done = refract("create", "next")
    created = [path.parent.name for path in project.glob("prisma/migrations/*_next/migration.sql")]
    if expected is None:
        assert (done.exit_code, created) == (2, [])
        assert done.output == (
            f"refract: No migration can sort after `{folder}`. Rename that folder to an earlier time.\n"
        )
    else:
        assert done.exit_code == 0 and created[0].startswith(expected)
    assert_answers(refract)


@pytest.mark.parametrize(
    "folder", ["prisma", "prisma/migrations", "prisma/migrations/20240101000000_init", "prisma/plans"]
)
def test_folders_without_permission(
    project: Path, refract: Refract, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / folder).mkdir(exist_ok=True)
    if os.getuid() == 0:
        deny(monkeypatch, project / folder)
    else:
        (project / folder).chmod(0)
    try:
        assert_answers(refract)
    finally:
        (project / folder).chmod(0o755)


def deny(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Refuse what is in a folder as the system would to anybody but root."""
    below = f"{folder}{os.sep}"

    def refusing(call: Callable[..., object], *, itself: bool) -> Callable[..., object]:
        def refused(path: object = ".", *arguments: object, **named: object) -> object:
            text = os.fspath(path) if isinstance(path, str | Path) else ""
            if text.startswith(below) or (itself and text == str(folder)):
                raise PermissionError(13, "Permission denied", text)
            return call(path, *arguments, **named)

        return refused

    for name, itself in (("stat", False), ("lstat", False), ("open", False), ("scandir", True), ("listdir", True)):
        monkeypatch.setattr(os, name, refusing(getattr(os, name), itself=itself))


@pytest.mark.parametrize("unknown", ["@@index([zz])", "@@unique([d, e])", "@@id([zz])", "@@fulltext([zz])"])
def test_indexes_of_unknown_fields(project: Path, refract: Refract, unknown: str) -> None:
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", f"  {unknown}\n}}")})
    assert_answers(refract)
    assert refract("check").exit_code == refract("create").exit_code == 2
    assert 'Unknown field "' in refract("check").output


def test_a_document_takes_any_text() -> None:
    for text in ("\ud800", "\x00", "model A {\n" * 50, 'x @map("' + "\\" * 999):
        parse_document("a.prisma", text)


def test_a_name_with_a_line_end_is_the_same_in_every_checkout(project: Path, refract: Refract) -> None:
    write(project, {
        "prisma/migrations/20240101000000_init/migration.sql": INIT.replace("email", "a\r\nb"),
        "prisma/migrations/20240102000000_drop/migration.sql": 'ALTER TABLE "User"\r\n  DROP COLUMN "a\r\nb";\r\n',
        "prisma/schema.prisma": f"{HEAD}model User {{\n  id Int @id\n}}\n",
    })  # fmt: skip
    commit(project)
    assert "does not fit" not in refract("check").output
    assert refract("diff").output.startswith("-- This is an empty migration")


@pytest.mark.parametrize("length", ["1A0", "²", "1" * 5_000, "1.5", "1e9", "x", "'a'", ""])
@pytest.mark.parametrize("sql", [
    "CREATE TABLE t (a VARCHAR({0}), b DECIMAL({0}, {0}), c FLOAT({0}), INDEX i (a({0})));",
    "CREATE TABLE t (a INT DEFAULT {0}, b DECIMAL(10,2) DEFAULT '{0}', c BIT DEFAULT {0});",
    "CREATE TABLE t (a VARCHAR(10)); ALTER TABLE t MODIFY a VARCHAR({0}); ALTER TABLE t ALTER COLUMN a TYPE CHAR({0});",
])  # fmt: skip
@pytest.mark.parametrize("name", ["postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb"])
def test_lengths_in_migrations(sql: str, length: str, name: str) -> None:
    chosen = provider(name)
    empty = Database(name, chosen.default_schema)
    text = sql.format(length)
    built = read_migration(text, "a.sql", empty, chosen).database
    other = read_migration(
        text.replace("t (", "t (z INT, ").replace(length or "(", "7"), "a.sql", empty, chosen
    ).database
    for before, after in ((built, other), (other, built)):
        write_migration(diff(before, after).changes, before, after)


@pytest.mark.parametrize("number", ["1e999999", "-1e-999999", "1" * 5_000, "0e99999999", "1_0"])
def test_numbers_in_schemas(project: Path, refract: Refract, number: str) -> None:
    field = f"  a Decimal @default({number}) @db.Decimal({number}, 2)\n  b String @db.VarChar({number})\n"
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("}", f"{field}}}")})
    assert_answers(refract)
