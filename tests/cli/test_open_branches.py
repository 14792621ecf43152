"""Other branches of a clone: what clashes with a migration that is not merged yet."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Refract, headlines
from small_projects import HEAD, INIT, LOCK, USER, commit, write

RULE = "conflicts-with-open-branch"
FOLDER = "prisma/migrations"
DROP_EMAIL = 'ALTER TABLE "User" DROP COLUMN "email";\n'
FREE_EMAIL = 'ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL;\n'


def git(*arguments: str, **environment: str) -> None:
    """Run git in the current folder."""
    subprocess.run(["git", *arguments], check=True, capture_output=True, env={**os.environ, **environment})


@pytest.fixture(autouse=True)
def merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One merged migration, on `main`."""
    write(
        tmp_path,
        {
            "prisma/schema.prisma": HEAD + USER,
            f"{FOLDER}/migration_lock.toml": LOCK,
            f"{FOLDER}/20240101000000_init/migration.sql": INIT,
        },
    )
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    git("branch", "-qM", "main")


def branch(
    name: str, sql: str, migration: str = "20240201000000_theirs", *, start: str = "main", date: str = ""
) -> None:
    """A branch with one migration; `main` is checked out after it."""
    git("checkout", "-q", "-b", name, start)
    write(Path(), {f"{FOLDER}/{migration}/migration.sql": sql})
    git("add", "-A")
    git("commit", "-qm", name, **({"GIT_COMMITTER_DATE": date} if date else {}))
    git("checkout", "-q", "main")


def mine(sql: str = FREE_EMAIL) -> None:
    """A new migration that is not committed, and its schema."""
    schema = HEAD + (USER.replace("String", "String?") if sql == FREE_EMAIL else USER)
    write(Path(), {f"{FOLDER}/20240202000000_mine/migration.sql": sql, "prisma/schema.prisma": schema})


def test_a_new_migration_conflicts_with_an_open_branch(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    mine()
    assert headlines(refract, RULE) == ["`20240202000000_mine` conflicts with the open branch `nicknames`"]


def test_a_pending_change_conflicts_before_its_migration_is_written(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    schema = Path("prisma/schema.prisma")
    text = schema.read_text()
    schema.write_text("\n".join(line for line in text.splitlines() if "email" not in line) + "\n")
    assert headlines(refract, RULE) == ["`User.email` conflicts with the open branch `nicknames`"]


def test_nothing_is_changed_here(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    assert headlines(refract, RULE) == []


def test_another_column_is_no_conflict(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    mine('ALTER TABLE "User" ADD COLUMN "label" TEXT;\n')
    assert headlines(refract, RULE) == []


def test_a_branch_at_a_remote_counts_once(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    git("update-ref", "refs/remotes/origin/nicknames", "nicknames")
    git("update-ref", "refs/remotes/fork/nicknames", "nicknames")
    mine()
    assert len(headlines(refract, RULE)) == 1


def test_the_branch_that_is_checked_out_is_no_other(refract: Refract) -> None:
    branch("mine", DROP_EMAIL)
    git("update-ref", "refs/remotes/origin/mine", "mine")
    git("checkout", "-q", "mine")
    git("mv", f"{FOLDER}/20240201000000_theirs", f"{FOLDER}/20240203000000_theirs")
    git("commit", "-qam", "rename")
    assert headlines(refract, RULE) == []


def test_a_branch_that_was_merged_as_one_commit_is_no_other(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    git("checkout", "-q", "nicknames", "--", FOLDER)
    git("commit", "-qm", "squashed")
    mine('ALTER TABLE "User" ADD COLUMN "email" TEXT;\n')
    assert headlines(refract, RULE) == []


def test_a_branch_on_top_of_this_one_is_no_conflict(refract: Refract) -> None:
    branch("mine", FREE_EMAIL, "20240202000000_mine")
    branch("stacked", DROP_EMAIL, "20240203000000_stacked", start="mine")
    git("checkout", "-q", "mine")
    assert headlines(refract, RULE) == []


def test_an_old_branch_counts_as_abandoned(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL, date="2020-01-01T00:00:00Z")
    mine()
    assert headlines(refract, RULE) == []


def test_a_remembered_report_knows_a_new_branch(refract: Refract) -> None:
    mine()
    assert headlines(refract, RULE) == []
    git("stash", "-qu")
    branch("nicknames", DROP_EMAIL)
    git("stash", "pop", "-q")
    assert len(headlines(refract, RULE)) == 1


def test_a_detached_head_is_compared(refract: Refract) -> None:
    branch("nicknames", DROP_EMAIL)
    git("checkout", "-q", "--detach")
    mine()
    assert len(headlines(refract, RULE)) == 1


def test_the_name_of_a_branch_is_code_in_each_report(refract: Refract) -> None:
    branch("`rm`$(id)", DROP_EMAIL)
    mine()
    assert headlines(refract, RULE) == ["`20240202000000_mine` conflicts with the open branch `` `rm`$(id) ``"]
