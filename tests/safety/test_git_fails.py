"""git that hangs, dies, babbles or lacks files: an error and an exit code, never a green check without the branch."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract import git
from small_projects import HEAD, INIT, LOCK, USER, commit, write

Refract = Callable[..., Result]
MIGRATION = "prisma/migrations/20240101000000_init/migration.sql"
SCHEMA = "prisma/schema.prisma"
REAL_GIT = git._program(os.environ["PATH"], Path("/"))


def run(*arguments: str | Path, cwd: Path) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch on which a migration was edited that its base has: an error, if git can be read."""
    root = tmp_path / "project"
    write(root, {SCHEMA: HEAD + USER, "prisma/migrations/migration_lock.toml": LOCK, MIGRATION: INIT})
    commit(root)
    run("branch", "-M", "main", cwd=root)
    run("checkout", "-qb", "feature", cwd=root)
    (root / MIGRATION).write_text(INIT.replace("TEXT", "VARCHAR(10)"))
    (root / SCHEMA).write_text(HEAD + USER.replace("email String", "email String @db.VarChar(10)"))
    run("commit", "-qam", "edit", cwd=root)
    monkeypatch.chdir(root)
    monkeypatch.setattr(git, "_silent", {})
    return root


def put_first(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called git, before the real one."""
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_the_edited_migration_is_found(project: Path, refract: Refract) -> None:
    found = refract("check")
    assert (found.exit_code, "edited-applied-migration" in found.stdout) == (1, True), found.output


FAILING = {
    "hangs": ("sleep 30", "did not respond"),
    "hangs in a program of its own": ("sleep 30 & exit 0", "did not respond"),
    "is killed": ("kill -9 $$", "killed"),
    "prints garbage": ("echo gribble", "unexpected"),
    "prints binary garbage": ("head -c 1000 /dev/urandom", "unexpected"),
    "prints nothing": ("exit 0", "unexpected"),
    "fails": ("echo broken >&2; exit 128", "broken"),
    "prints without end": ("yes", "unexpected"),
    "reports without end": ("yes >&2", "did not respond"),
    "is not a program": ("", ""),
}
COMMANDS = ("rev-parse", "for-each-ref", "ls-tree", "cat-file")


@pytest.mark.parametrize(("script", "reason"), FAILING.values(), ids=FAILING)
def test_a_git_that_fails(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract, script: str, reason: str
) -> None:
    monkeypatch.setattr(git, "TIMEOUT", 1.0)
    monkeypatch.setattr(git, "_MAX_BYTES", 1_000_000)
    if script:
        put_first(tmp_path / "bin", script, monkeypatch)
    else:
        put_first(tmp_path / "bin", "exit 0", monkeypatch)
        (tmp_path / "bin/git").write_bytes(b"\0\1\2")
    started = time.monotonic()
    found = refract("check")
    assert time.monotonic() - started < 15
    assert found.exit_code == 2, found.output
    assert "could not be read from git" in found.stderr
    assert reason in found.stderr
    assert "No findings" not in found.stdout and "Incomplete" in found.stdout


@pytest.mark.parametrize("script", ["sleep 30", "kill -9 $$", "echo gribble", "echo broken >&2; exit 128"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_git_that_fails_in_one_command(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract, command: str, script: str
) -> None:
    monkeypatch.setattr(git, "TIMEOUT", 1.0)
    put_first(tmp_path / "bin", f'case "$*" in *{command}*) {script};; *) exec {REAL_GIT} "$@";; esac', monkeypatch)
    found = refract("check")
    assert found.exit_code == 2, found.output
    assert "could not be read from git" in found.stderr
    assert "No findings" not in found.stdout


def test_a_git_that_hangs_is_waited_for_once(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract
) -> None:
    monkeypatch.setattr(git, "TIMEOUT", 1.0)
    put_first(tmp_path / "bin", f"echo >> {tmp_path}/calls; sleep 30", monkeypatch)
    refract("check")
    folders = {str(project), str(project / "prisma")}
    assert len((tmp_path / "calls").read_text().splitlines()) <= len(folders)


def test_no_git_where_there_is_a_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = refract("check")
    assert (found.exit_code, "git is not installed" in found.stderr) == (2, True), found.output


def test_no_git_and_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract) -> None:
    write(tmp_path, {SCHEMA: HEAD + USER, "prisma/migrations/migration_lock.toml": LOCK, MIGRATION: INIT})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = refract("check")
    assert found.exit_code == 0, found.output


def partial_clone(project: Path, to: Path, *options: str) -> Path:
    run("config", "uploadpack.allowFilter", "true", cwd=project)
    run("clone", "-q", *options, f"file://{project}", to, cwd=project)
    return to


def test_a_partial_clone_is_not_green(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract
) -> None:
    clone = partial_clone(project, tmp_path / "clone", "--filter=blob:none")
    monkeypatch.chdir(clone)
    found = refract("check", "--base", "origin/main")
    assert found.exit_code == 2, found.output
    assert "git fetch --refetch --no-filter" in found.stderr
    assert "Incomplete" in found.stdout
    run("fetch", "-q", "--refetch", "--no-filter", cwd=clone)
    found = refract("check", "--base", "origin/main")
    assert (found.exit_code, "edited-applied-migration" in found.stdout) == (1, True), found.output


@pytest.mark.parametrize("removed", ["migration", "schema"])
def test_contents_that_the_clone_lacks(project: Path, refract: Refract, removed: str) -> None:
    path = MIGRATION if removed == "migration" else SCHEMA
    blob = run("rev-parse", f"main:{path}", cwd=project).strip()
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    answer = git.read_at(committed(project, "main"), [path])
    assert isinstance(answer, git.Unavailable) and answer.is_failure
    assert "lacks" in answer.reason
    if removed == "migration":
        assert refract("check").exit_code == 2


def committed(root: Path, revision: str) -> git.Commit:
    repository = git.repository(root)
    assert isinstance(repository, git.Repository)
    found = git.commit(repository, revision)
    assert isinstance(found, git.Commit)
    return found


@pytest.mark.parametrize("known", [True, False], ids=["git knows NO_LAZY_FETCH", "older git"])
def test_nothing_is_fetched_by_a_program_of_the_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """A promisor that is a program: it would run when git fetches contents that it lacks."""
    if not known:
        kept = {name: value for name, value in git._SAFE_ENVIRONMENT.items() if name != "GIT_NO_LAZY_FETCH"}
        monkeypatch.setattr(git, "_SAFE_ENVIRONMENT", kept)
    trap = tmp_path / "ran"
    for key, value in {
        "remote.evil.url": f"ext::sh -c touch% {trap}",
        "remote.evil.promisor": "true",
        "remote.evil.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "evil",
        "core.repositoryFormatVersion": "1",
    }.items():
        run("config", key, value, cwd=project)
    blob = run("rev-parse", f"main:{MIGRATION}", cwd=project).strip()
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    answer = git.read_at(committed(project, "main"), [MIGRATION])
    assert isinstance(answer, git.Unavailable) and answer.is_failure
    assert not trap.exists()


def test_a_bare_repository_that_was_committed_is_not_used(project: Path, tmp_path: Path) -> None:
    """It would bring a configuration of its own, and a clone of what holds it keeps it."""
    inner = project / "app"
    run("init", "-q", "--bare", inner, cwd=project)
    run("config", "core.bare", "false", cwd=inner)
    run("config", "core.worktree", "..", cwd=inner)
    (inner / "schema.prisma").write_text(HEAD + USER)
    answer = git.repository(inner)
    assert isinstance(answer, git.Unavailable) and answer.is_failure
    assert "bare" in answer.reason


def test_a_git_in_the_current_folder_is_never_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_first(project, "touch ran", monkeypatch)
    for path in (f"{project}{os.pathsep}", f".{os.pathsep}", os.pathsep):
        monkeypatch.setenv("PATH", f"{path}{Path(str(REAL_GIT)).parent}")
        assert isinstance(git.repository(project), git.Repository)
    assert not (project / "ran").exists()
