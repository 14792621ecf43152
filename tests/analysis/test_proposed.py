"""SQL and schemas that are not on disk yet, judged as if they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.analysis import analyse, open_project
from refract.analysis.proposed import applied_migrations, judge_sql, with_schema
from refract.workspace import find_projects
from small_projects import HEAD, INIT, LOCK, USER, commit, write

NEXT = "prisma/migrations/20990101000000_next/migration.sql"


@pytest.fixture(params=["git", "no git"])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    if request.param == "git":
        commit(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ('ALTER TABLE "User" DROP COLUMN "email";', {"drop-column"}),
        ('ALTER TABLE "User" ADD COLUMN "age" INTEGER;', set()),
        ("", {"migration-empty"}),
        ("this is not SQL at all", {"statement-not-analyzable"}),
    ],
)
def test_sql_is_judged_as_the_next_migration(project: Path, sql: str, rules: set[str]) -> None:
    snapshot = open_project(find_projects(project)[0])
    found = {f.rule for f in judge_sql(snapshot, str(project / NEXT), sql)}
    assert found - {"migration-name-uninformative", "missing-lock-timeout"} == rules
    assert not (project / NEXT).exists()


def test_sql_replaces_a_migration_that_is_new(project: Path) -> None:
    write(project, {NEXT: 'ALTER TABLE "User" DROP COLUMN "email";'})
    snapshot = open_project(find_projects(project)[0])
    found = judge_sql(snapshot, str(project / NEXT), 'ALTER TABLE "User" ADD COLUMN "age" INTEGER;')
    assert "drop-column" not in {f.rule for f in found}


def test_a_new_file_is_a_part_of_the_schema(project: Path) -> None:
    before = open_project(find_projects(project)[0])
    after = with_schema(before, str(project / "prisma" / "more.prisma"), "model Post {\n  id Int @id\n}\n")
    assert [change.kind for change in analyse(after).diff.changes] == ["create-table"]
    assert analyse(before).diff.changes == ()


def test_applied_migrations_are_those_of_the_base(project: Path) -> None:
    write(project, {NEXT: 'ALTER TABLE "User" ADD COLUMN "age" INTEGER;'})
    applied = applied_migrations(analyse(open_project(find_projects(project)[0])))
    expected = (
        {project / "prisma/migrations/20240101000000_init/migration.sql"} if (project / ".git").exists() else set()
    )
    assert applied == expected
