"""The command line itself: help, usage errors, completion, and failures of Refract's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract.recipes.base import all_recipes
from small_projects import HEAD, commit, write

Refract = Callable[..., Result]
DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


@pytest.mark.parametrize("command", ["check", "diff", "name", "server"])
def test_every_command_and_option_is_documented(refract: Refract, command: str) -> None:
    text = refract(command, "--help").stdout
    assert f"`refract {command}" in DOCS
    options = {word.strip(",") for word in text.split() if word.startswith("--") and word != "--help"}
    assert options
    assert {option for option in options if option not in DOCS} == set()


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("check", "--format", "xml"), ("check", "a", "b"), ("server", "--tcp", "port")]
)
def test_bad_usage(refract: Refract, arguments: tuple[str, ...]) -> None:
    result = refract(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Try 'refract" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    code = "from refract.cli.main import main; import sys; sys.argv[0] = 'refract'; main()"
    environment = os.environ | {"_REFRACT_COMPLETE": f"{shell}_source"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "_REFRACT_COMPLETE" in done.stdout


def test_a_bug_is_not_a_finding() -> None:
    code = (
        "import refract.cli.check as check\n"
        "def broken(*arguments): raise RuntimeError('oh')\n"
        "check.run = broken\n"
        "import sys; sys.argv = ['refract', 'check']\n"
        "from refract.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Bug in Refract (RuntimeError)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "new", "rename-feild"], "Unknown recipe 'rename-feild'. Did you mean rename-field?"),
        (["plan", "new", "rename-feild", "User.email"], "Unknown recipe 'rename-feild'. Did you mean rename-field?"),
        (["plan", "new", "zzzzzzzz", "User"], "Unknown recipe 'zzzzzzzz'. Known recipes are add-enum-value, "),
        (
            ["plan", "new", "rename-field"],
            "Name what to change. Example: `refract plan new rename-field User.name to=title how=trigger`.",
        ),
        (
            ["plan", "new", "rename-field", "User.email"],
            "`to` is required. New name of the field. "
            "Example: `refract plan new rename-field User.name to=title how=trigger`.",
        ),
        (["check", "package.json"], "package.json is not a Prisma schema. Pass its folder, or a .prisma file."),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(
    project: Path, refract: Refract, arguments: list[str], message: str
) -> None:
    (project / "package.json").write_text('{"name": "app"}')
    result = refract(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_every_recipe_has_an_example() -> None:
    assert all(found.example.startswith(f"refract plan new {name} ") for name, found in all_recipes().items())


@pytest.mark.parametrize("command", ["diff", "name"])
def test_nothing_pending_is_reported_next_to_the_output(project: Path, refract: Refract, command: str) -> None:
    result = refract(command)
    assert result.exit_code == 0
    assert result.stderr == "No pending changes.\n"


@pytest.mark.parametrize(
    "command", [["check"], ["check", "."], ["diff"], ["name"], ["create"], ["fix"], ["plan", "list"]]
)
def test_every_command_takes_a_project(
    project: Path, refract: Refract, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    result = refract(*command, "--project", project / "prisma/schema.prisma")
    assert result.exit_code == 0, result.output


def test_create_on_mongodb(tmp_path: Path, refract: Refract) -> None:
    write(
        tmp_path,
        {"schema.prisma": HEAD.replace("postgresql", "mongodb") + 'model A {\n  id String @id @map("_id")\n}\n'},
    )
    result = refract("create", "--project", tmp_path)
    assert result.output == "MongoDB has no migrations. Use `prisma db push`.\n"


@pytest.mark.parametrize("folder", ["src", "prisma", "prisma/migrations", "prisma/migrations/20240101000000_init"])
def test_check_looks_upwards_from_a_folder(
    project: Path, refract: Refract, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project)
    (project / folder).mkdir(exist_ok=True)
    monkeypatch.chdir(project / folder)
    assert "No findings" in refract("check").stdout
