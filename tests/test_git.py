"""git as Refract runs it: answers, refusals, and nothing of the repository executed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from refract import git


def run(*arguments: str | Path, cwd: Path) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "a repo"
    root.mkdir()
    run("init", "-q", "-b", "main", cwd=root)
    (root / "schema.prisma").write_text("one")
    (root / "b").mkdir()
    (root / "b/ü *.prisma").write_bytes(b"two\r\n")
    (root / "b/link.prisma").symlink_to("/etc/passwd")
    run("add", ".", cwd=root)
    run("commit", "-qm", "first", cwd=root)
    (root / "schema.prisma").write_text("three")
    run("commit", "-qam", "second", cwd=root)
    return root


def opened(root: Path) -> git.Repository:
    repository = git.repository(root)
    assert isinstance(repository, git.Repository)
    return repository


def committed(root: Path, revision: str = "HEAD") -> git.Commit:
    commit = git.commit(opened(root), revision)
    assert isinstance(commit, git.Commit)
    return commit


def test_the_root_is_found_from_below(root: Path) -> None:
    assert opened(root / "b").root == root.resolve()
    assert opened(root / "b/ü *.prisma").relative(root / "b/x") == "b/x"
    assert opened(root).relative(root.parent) is None


def test_files_at_a_revision_without_links(root: Path) -> None:
    assert git.files_at(committed(root)) == ("b/ü *.prisma", "schema.prisma")
    assert git.files_at(committed(root), "b") == ("b/ü *.prisma",)
    assert git.files_at(committed(root), "nowhere") == ()


def test_contents_at_a_revision(root: Path) -> None:
    wanted = ("schema.prisma", "missing", "b", "b/ü *.prisma")
    assert git.read_at(committed(root, "HEAD~1"), wanted) == {"schema.prisma": b"one", "b/ü *.prisma": b"two\r\n"}
    assert git.read_at(committed(root), ["schema.prisma"]) == {"schema.prisma": b"three"}
    assert git.read_at(committed(root), []) == {}


def test_a_path_cannot_smuggle_in_another_request(root: Path) -> None:
    assert git.read_at(committed(root), ["x\nHEAD:schema.prisma"]) == {}


def test_merge_base(root: Path) -> None:
    run("checkout", "-qb", "side", "HEAD~1", cwd=root)
    (root / "new").write_text("")
    run("add", "new", cwd=root)
    run("commit", "-qm", "side", cwd=root)
    base = git.merge_base(committed(root, "main"), committed(root, "side"))
    assert isinstance(base, git.Commit)
    assert base.hash == committed(root, "main~1").hash
    run("checkout", "-q", "--orphan", "alone", cwd=root)
    run("commit", "-qm", "alone", cwd=root)
    assert isinstance(git.merge_base(committed(root, "main"), committed(root, "alone")), git.Unavailable)


@pytest.mark.parametrize("revision", ["", "--all", "-x", "no such", "missing", "HEAD:schema.prisma", "a\0b"])
def test_an_invalid_revision_is_refused(root: Path, revision: str) -> None:
    answer = git.commit(opened(root), revision)
    assert isinstance(answer, git.Unavailable)
    assert "revision" in answer.reason


def test_a_repository_without_commits(tmp_path: Path) -> None:
    run("init", "-q", cwd=tmp_path)
    answer = git.commit(opened(tmp_path), "HEAD")
    assert isinstance(answer, git.Unavailable)
    assert "no commits yet" in answer.reason


def test_no_repository(tmp_path: Path) -> None:
    answer = git.repository(tmp_path)
    assert isinstance(answer, git.Unavailable)
    assert str(tmp_path) in answer.reason


def test_git_is_not_installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    answer = git.repository(root)
    assert isinstance(answer, git.Unavailable)
    assert "not installed" in answer.reason


def test_nothing_of_the_repository_is_run(root: Path) -> None:
    trap = root / "ran"
    hook = root / ".git/hooks/post-index-change"
    hook.write_text(f"#!/bin/sh\ntouch '{trap}'\n")
    hook.chmod(0o755)
    script = root / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "filter.x.smudge", "diff.x.textconv"):
        run("config", key, str(script), cwd=root)
    (root / ".gitattributes").write_text("*.prisma filter=x diff=x\n")
    git.work_tree_files(opened(root), root)
    assert git.read_at(committed(root), ["schema.prisma"]) == {"schema.prisma": b"three"}
    assert not trap.exists()


def test_a_hook_around_us_does_not_mislead(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run("init", "-q", cwd=other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert opened(root).root == root.resolve()


def test_files_of_the_work_tree(root: Path) -> None:
    (root / ".gitignore").write_text("ignored\n")
    (root / "ignored").write_text("")
    (root / "new").write_text("")
    files = git.work_tree_files(opened(root), root)
    assert not isinstance(files, git.Unavailable)
    assert sorted(files) == [".gitignore", "b/link.prisma", "b/ü *.prisma", "new", "schema.prisma"]
