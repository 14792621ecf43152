"""What a run compared, and what it did not: the last line, the exit code in CI, and the fields of JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract.ci import VARIABLES, is_job, target_branch
from small_projects import HEAD, INIT, LOCK, USER, commit, write

Refract = Callable[..., Result]
Git = Callable[..., str]

NEW = "prisma/migrations/20240102000000_add_nick/migration.sql"
ADD = 'ALTER TABLE "User" ADD COLUMN "nick" TEXT;\n'
FETCH = "git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main"
FETCH_HEAD = "git fetch --depth=1 origin +HEAD:refs/remotes/origin/HEAD"


@pytest.fixture(autouse=True)
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository whose branch `feature` adds a migration to `main`."""
    root = tmp_path / "origin"
    write(root, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    commit(root)
    subprocess.run(["git", "checkout", "-qb", "feature"], cwd=root, check=True)
    write(root, {NEW: ADD, "prisma/schema.prisma": HEAD + USER.replace("}", "  nick String?\n}")})
    commit(root)
    subprocess.run(["git", "checkout", "-q", "main"], cwd=root, check=True)
    return root


@pytest.fixture
def shallow(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of one commit of `feature`, which is the current folder."""
    clone = tmp_path / "clone"
    command = ["git", "clone", "-q", "--depth=1", "--branch=feature", f"file://{origin}", str(clone)]
    subprocess.run(command, check=True)
    monkeypatch.chdir(clone)
    return clone


def last_line(result: Result) -> str:
    return str(result.stdout.splitlines()[-1])


def test_a_shallow_clone_reports_that_nothing_was_judged(shallow: Path, refract: Refract) -> None:
    result = refract("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert last_line(result) == "No migration was judged, since there is no base (no base branch found)."


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"GITHUB_BASE_REF": "main"}, FETCH),
        ({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}, FETCH),
        ({"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, FETCH),
        ({"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-0a1b"}, FETCH),
        ({"CI": "true"}, FETCH_HEAD),
        ({"TF_BUILD": "True"}, FETCH_HEAD),
    ],
)
def test_in_ci_a_missing_base_is_an_error_until_it_is_fetched(
    shallow: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], command: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = refract("check")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"`{command}`" in result.stderr
    subprocess.run(command.split(), cwd=shallow, check=True, capture_output=True)
    fetched = refract("check")
    assert (fetched.exit_code, fetched.stderr) == (0, "")
    assert last_line(fetched).startswith("1 of 2 migrations is new since origin/")


def test_the_environment_is_part_of_what_is_remembered(
    shallow: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refract("check").exit_code == 0
    monkeypatch.setenv("CI", "true")
    assert refract("check").exit_code == 2
    monkeypatch.delenv("CI")
    assert refract("check").exit_code == 0


def test_an_explicit_base_is_taken_before_that_of_the_job(
    shallow: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert refract("check", "--base", "HEAD").exit_code == 0


def test_migrations_for_another_database(origin: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    write(origin, {"prisma/migrations/migration_lock.toml": LOCK.replace("postgresql", "mysql")})
    monkeypatch.chdir(origin)
    expected = "No migration was judged, since they are for another database."
    assert expected in last_line(refract("check"))


def test_without_git_a_job_is_not_stopped(project: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = refract("check")
    assert result.exit_code == 0
    assert "there is no base" in last_line(result)


@pytest.mark.parametrize("where", ["", "prisma", "prisma/migrations"])
def test_a_clean_project(origin: Path, refract: Refract, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.chdir(origin / where)
    result = refract("check", origin)
    assert result.exit_code == 0
    assert last_line(result) == "No migration is new since main."


def test_a_detached_head(origin: Path, refract: Refract) -> None:
    subprocess.run(["git", "checkout", "-q", "--detach", "feature"], cwd=origin, check=True)
    assert last_line(refract("check", origin)) == "1 of 2 migrations is new since main."


def test_no_migrations(tmp_path: Path, refract: Refract) -> None:
    write(tmp_path, {"schema.prisma": HEAD + USER})
    (line,) = refract("check", tmp_path).stdout.splitlines()
    assert "compared with an empty database" in line


def test_a_change_without_a_migration_is_counted(origin: Path, refract: Refract) -> None:
    write(origin, {"prisma/schema.prisma": HEAD + USER.replace("}", "  a String?\n  b String?\n}")})
    assert last_line(refract("check", origin)).endswith("2 changes are pending without a migration.")


def test_an_example_on_request(origin: Path, refract: Refract) -> None:
    odd = "prisma/migrations/20240101000001_odd/migration.sql"
    write(origin, {odd: "FROBNICATE x;\nFROBNICATE y;\n"})
    commit(origin)
    assert last_line(refract("check", origin)).endswith("2 statements were not followed (-v shows one).")
    one, all_ = refract("check", "-v", origin).stdout, refract("check", "-vv", origin).stdout
    assert "migration.sql:1:1: not followed: FROBNICATE x" in one
    assert ("FROBNICATE y" in one, "FROBNICATE y" in all_) == (False, True)


def test_json(origin: Path, refract: Refract) -> None:
    subprocess.run(["git", "checkout", "-q", "feature"], cwd=origin, check=True)
    write(origin, {NEW: ADD + "FROBNICATE x;\n"})
    (checked,) = json.loads(refract("check", origin, "--format", "json").stdout)["projects"]
    compared = checked["coverage"]
    (statement,) = compared.pop("not_followed")
    assert compared == {
        "base": "main",
        "no_base": None,
        "migrations": 2,
        "new": ["20240102000000_add_nick"],
        "pending": 0,
    }
    assert (statement["summary"], statement["reason"], statement["touches"]) == ("FROBNICATE x", "unreadable", [])
    assert statement["start"]["line"] == 2


@pytest.mark.parametrize(
    ("environment", "target", "job"),
    [
        ({}, None, False),
        ({"CI": "false"}, None, False),
        ({"CI": "1"}, None, True),
        ({"GITHUB_BASE_REF": ""}, None, False),
        ({"CHANGE_TARGET": "release/2"}, "release/2", False),
        ({"TRAVIS_PULL_REQUEST": "7", "TRAVIS_BRANCH": "main"}, "main", False),
        ({"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "main"}, None, False),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-0"}, None, False),
        ({"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/a/b/pr-7-0"}, "a/b", False),
    ],
)
def test_variables(environment: dict[str, str], target: str | None, job: bool) -> None:
    assert (target_branch(environment), is_job(environment)) == (target, job)
