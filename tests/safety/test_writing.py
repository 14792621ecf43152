"""Plans and links that would have a command write somewhere else: nothing is written, and the answer says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.actions.file_writing import CannotWrite, check_changes, write_changes
from refract.cli.main import cli
from refract.text import FileEdits, NewFile, Span, TextEdit
from small_projects import HEAD, INIT, LOCK, USER, write

PLAN = """\
format = 1
recipe = "make-field-required"
provider = "postgresql"
title = "t"
created = "2026-11-30"
answers = {{model = "User", field = "email", value = "'x'"}}
tables = {{User = "User"}}
[[steps]]
id = "a"
phase = "backfill"
title = "Fill"
deploy = "Run it."
[[steps.{kind}]]
name = {name}
sql = "SELECT 1; -- evil"
"""
NAMES = (
    "/outside/abs",
    "../../../../outside/evil",
    "x/../../../../../outside/evil2",
    "../../../../other/prisma/migrations/20990101_x/migration",
    "a/b",
    "a\\\\b",
    "..",
    ".",
    "",
    "a.b",
    "a\\u0000b",
    "a\\nb",
    "a\\u2028b",
    "a b",
    "x" * 300,
    "é" * 150,
)


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "a" / "b" / "project"
    write(root, {
        "package.json": "{}",
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    monkeypatch.chdir(root)
    return root


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="refract")
    assert not isinstance(result.exception, Exception), result.exception
    return result


def everything(root: Path) -> dict[str, bytes | str]:
    """All files around a project, and where links lead."""
    return {
        path.relative_to(root).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("kind", ["scripts", "migrations", "undo"])
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_names_files_of_its_own_and_no_others(project: Path, tmp_path: Path, kind: str, name: str) -> None:
    write(project, {"prisma/plans/x.toml": PLAN.format(kind=kind, name=f'"{name}"')})
    before = everything(tmp_path)
    result = run("plan", "next", "x")
    assert result.exit_code == 2
    assert f"steps[0].{kind}[0].name" in result.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["../x", "/abs/x", "a/b", "a.b", "a\nb", "x" * 300])
def test_a_plan_has_the_name_of_a_file(project: Path, tmp_path: Path, name: str) -> None:
    before = everything(tmp_path)
    result = run("plan", "new", "drop-field", "User.email", "--name", name)
    assert result.exit_code == 2
    assert "is not a name for a plan" in result.stderr
    assert everything(tmp_path) == before


LINKS = {
    "down.sql": ("prisma/migrations/20240101000000_init/down.sql", ("rollback",)),
    "refract.toml": ("refract.toml", ("init",)),
    "refract-accepted.json": ("refract-accepted.json", ("check", "--accept")),
    "plans": ("prisma/plans", ("plan", "new", "drop-field", "User.email")),
}


@pytest.mark.parametrize("target", ["missing", "there"])
@pytest.mark.parametrize("case", LINKS)
def test_nothing_is_written_through_a_link_to_the_outside(
    project: Path, tmp_path: Path, case: str, target: str
) -> None:
    name, command = LINKS[case]
    there = tmp_path / "outside" / ("folder" if case == "plans" else "file")
    there.parent.mkdir()
    if target == "there":
        there.mkdir() if case == "plans" else there.write_text("")
    write(project, {"prisma/schema.prisma": HEAD + USER.replace("email String", "email String @db.Char(3)")})
    (project / name).symlink_to(os.path.relpath(there, (project / name).parent))
    before = everything(tmp_path)
    result = run(*command)
    assert result.exit_code == (0 if (case, target) == ("refract.toml", "there") else 2)  # these are settings
    assert everything(tmp_path) == before


HOSTILE = {
    "../x": "not allowed",
    "a/../../../x": "not allowed",
    "a\nb": "not allowed",
    "a\0b": "not allowed",
    "a\x1bb": "not allowed",
    "x" * 256: "not allowed",
    ".git/hooks/pre-commit": "belongs to git",
    "out/x": "outside",
    "dangling": "does not exist",
    "schema.prisma": "already exists",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_gate_refuses(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    write(home, {"schema.prisma": "a", ".git/HEAD": ""})
    (home / "out").symlink_to(tmp_path)
    (home / "dangling").symlink_to(home / "nothing")
    before = everything(tmp_path)
    for act in (check_changes, write_changes):
        with pytest.raises(CannotWrite, match=HOSTILE[name]):
            act([NewFile(f"{home}/{name}", "b")], home)
    assert everything(tmp_path) == before


def test_edits_are_made_in_the_text_that_they_are_for_and_in_no_other(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("one")
    edit = FileEdits(str(file), (TextEdit(Span(0, 3), "two"),), "one")
    write_changes([edit], tmp_path)
    assert file.read_text() == "two"
    with pytest.raises(CannotWrite, match="was changed while"):
        write_changes([NewFile(str(other), ""), edit], tmp_path)
    assert file.read_text() == "two" and not other.exists()
