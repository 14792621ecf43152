"""The search in the code beside a schema: which files it takes, and where it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from refract import git
from refract.analysis import analyse, code_uses, open_project
from refract.analysis.code_uses import Side, code_state, search
from refract.analysis.with_code import look_up
from refract.source import CodeUses, Target, client_of
from refract.syntax import parse_schema
from refract.workspace import find_projects
from small_projects import HEAD, INIT, LOCK, USER, commit, write

USES = 'export const users = () => prisma.user.findMany({ where: { email: "a" } });\n'
EMAIL = Target("User", "email")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, {"prisma/schema.prisma": HEAD + USER, "package.json": "{}", "a.ts": USES, "b.tsx": USES})
    commit(tmp_path)
    return tmp_path


def found(root: Path, side: Side = Side.HERE) -> CodeUses:
    (files,) = find_projects(root)
    repository = git.repository(root)
    assert isinstance(repository, git.Repository)
    head = git.commit(repository, "HEAD")
    assert isinstance(head, git.Commit)
    return search(files, client_of(parse_schema([("s", HEAD + USER)])), [(side, EMAIL)], head)[side, EMAIL]


def names(uses: CodeUses) -> list[str]:
    return [Path(origin.path).name for origin in uses.sure]


def test_files_that_git_does_not_know_yet_count(project: Path) -> None:
    write(project, {"c.mts": USES})
    assert names(found(project)) == ["a.ts", "b.tsx", "c.mts"]


def test_a_removed_file_does_not(project: Path) -> None:
    (project / "a.ts").unlink()
    assert names(found(project)) == ["b.tsx"]


def test_the_base_is_searched_in_files_that_changed(project: Path) -> None:
    assert names(found(project, Side.BASE)) == []
    write(project, {"a.ts": USES.replace("email", "id")})
    (project / "b.tsx").unlink()
    assert names(found(project, Side.BASE)) == ["a.ts", "b.tsx"]


@pytest.mark.parametrize(("limit", "value"), [("_MOST_FILES", 1), ("_MOST_BYTES", len(USES) + 1), ("_LONGEST", -1.0)])
def test_a_search_that_ends_early_reports_that(
    project: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    assert found(project).whole
    monkeypatch.setattr(code_uses, limit, value)
    uses = found(project)
    assert not uses.whole and len(uses.sure) < 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"// @generated\n" + USES.encode(), id="written by a program"),
        pytest.param(USES.encode() + b" " * 1_000_000, id="large"),
    ],
)
def test_files_that_nobody_wrote_by_hand(project: Path, content: bytes) -> None:
    write(project, {"a.ts": content})
    assert names(found(project)) == ["b.tsx"]


@pytest.mark.parametrize("content", [b"\xff\xfe" + USES.encode(), b"\0" * 100 + USES.encode(), b""])
def test_files_that_are_no_text_do_no_harm(project: Path, content: bytes) -> None:
    write(project, {"a.ts": content})
    assert "b.tsx" in names(found(project))


def test_the_state_of_the_code_changes_with_it(project: Path) -> None:
    (files,) = find_projects(project)
    before = code_state(files)
    assert code_state(files) == before
    write(project, {"a.ts": USES + "\n"})
    assert code_state(files) != before


@pytest.mark.parametrize("repository", ["with git", "without git"])
def test_what_is_answered_is_not_asked_again(tmp_path: Path, repository: str) -> None:
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20250101000000_init/migration.sql": INIT,
        "package.json": "{}",
        "a.ts": USES,
    })  # fmt: skip
    if repository == "with git":
        commit(tmp_path)
    (tmp_path / "prisma" / "schema.prisma").write_text(HEAD + USER.replace("email", "address"))
    (files,) = find_projects(tmp_path)
    first = analyse(open_project(files))
    assert first.questions
    answers = first.snapshot.code.with_more(look_up(first, first.questions).known)
    second = analyse(evolve(first.snapshot, code=answers), first)
    assert not second.questions & answers.known.keys(), "else the editor would search without end"
