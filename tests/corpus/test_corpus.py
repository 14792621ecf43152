"""The measures themselves, on a small checkout: they run, and they tell the kinds of result apart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from attrs import evolve, field, frozen

from corpus.catalogued import compare_catalogue
from corpus.checking import check
from corpus.databases import EMPTY, CannotRun, Server
from corpus.pending import compare_pending, statements
from corpus.states import moments
from live.plans import Catalog
from refract.baseline import Migration
from refract.schema.model import Database
from refract.syntax import SchemaTree
from refract.workspace import find_projects

SCHEMA = """\
datasource db {
  provider = "sqlite"
}

model User {
  id Int @id
}
"""
FIRST = 'CREATE TABLE "User" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT\n);\n'
ADDED = 'ALTER TABLE "User" ADD COLUMN "name" TEXT;'
LATER = SCHEMA.replace("@id\n", "@id\n  name String?\n")


@frozen
class Stub:
    """A database of which Prisma says what it is given; a script that it is not given fails."""

    says: str = EMPTY
    after: str | None = None
    given: tuple[str, ...] = field(default=(FIRST,))

    def database(self, migrations: tuple[Migration, ...]) -> Stub:
        for migration in migrations:
            self.run(migration.sql)
        return self

    def prisma(self, schema: SchemaTree) -> str:
        return self.says

    def twin(self) -> Stub:
        return evolve(self, says=self.says if self.after is None else self.after)

    def run(self, script: str) -> None:
        if not set(statements(script)) <= {part for text in self.given for part in statements(text)}:
            raise CannotRun("no such statement")

    def answer(self, query: str) -> object:
        return 0

    def catalog(self) -> Catalog:
        return {}

    def differences(self, model: Database, history: tuple[Migration, ...]) -> list[str]:
        return [] if self.says == EMPTY else ["a column"]

    def drop(self) -> None:
        pass


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "owner+name"
    _commit(root, SCHEMA, "20260101000000_init", FIRST)
    _commit(root, LATER, "20260102000000_add_name", ADDED)
    return root


def test_check(checkout: Path) -> None:
    run = check(checkout)
    assert (run.exit_code, run.findings, run.traceback) == (0, 0, "")
    assert "2 migrations" in run.last_lines
    assert 1 < run.memory < 500
    (checkout / "prisma" / "schema.prisma").write_text(SCHEMA)
    assert check(checkout).rules["drop-column"] == 1


def test_states(checkout: Path) -> None:
    (files,) = find_projects(checkout)
    found = list(moments(checkout, files, {}, most=3))
    assert [moment.state.migration for moment in found] == ["20260101000000_init", "20260102000000_add_name"]
    assert {(moment.compared.verdict, moment.beside) for moment in found} == {("no-oracle", "as committed")}


@pytest.mark.parametrize(
    ("stub", "verdict"), [(Stub(given=(FIRST,)), "not-run"), (Stub(ADDED), "different"), (Stub(), "equal")]
)
def test_catalogue(checkout: Path, stub: Stub, verdict: str) -> None:
    (files,) = find_projects(checkout)
    stub = stub if verdict == "not-run" else evolve(stub, given=(FIRST, ADDED))
    assert compare_catalogue(files, {"sqlite": stub}).verdict == verdict


ALL = (FIRST, ADDED)
OTHER = 'ALTER TABLE "User" ADD "name" TEXT;'


@pytest.mark.parametrize(
    ("pending", "stub", "verdict"),
    [
        (False, Stub(given=ALL), "same"),
        (False, Stub(given=(FIRST,)), "not-run"),
        (False, Stub(ADDED, given=ALL), "missed"),
        (True, Stub(ADDED), "same"),
        (True, Stub(), "superfluous"),
        (True, Stub(OTHER, EMPTY, ALL), "equivalent"),
        (True, Stub(OTHER, OTHER, ALL), "wrong"),
        (True, Stub(OTHER, EMPTY, (FIRST, OTHER)), "wrong"),
        (True, Stub(OTHER, EMPTY), "refused"),
    ],
)
def test_verdicts(checkout: Path, pending: bool, stub: Server, verdict: str) -> None:
    if pending:
        (checkout / "prisma" / "migrations" / "20260102000000_add_name" / "migration.sql").unlink()
    (files,) = find_projects(checkout)
    assert compare_pending(files, {"sqlite": stub}).verdict == verdict


def _commit(root: Path, schema: str, name: str, sql: str) -> None:
    folder = root / "prisma" / "migrations" / name
    folder.mkdir(parents=True)
    (root / "prisma" / "schema.prisma").write_text(schema)
    (folder / "migration.sql").write_text(sql)
    (folder.parent / "migration_lock.toml").write_text('provider = "sqlite"\n')
    if not (root / ".git").exists():
        _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", name)


def _git(root: Path, *arguments: str) -> None:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", "-C", str(root), *author, *arguments], check=True)
