"""`refract rollback`: the file it writes, what it says is lost, and when it writes none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.baseline import load_migrations, replay
from refract.cli.main import cli
from refract.diff import diff
from refract.providers import provider
from refract.sql.reader import read_migration

SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n'
INIT = """\
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, "score" INTEGER, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE INDEX "User_name_idx" ON "User"("name");
"""
CASES = [
    ('ALTER TABLE "User" ADD COLUMN "bio" TEXT;', "What has been written to User.bio since is lost."),
    ('ALTER TABLE "User" DROP COLUMN "score";', "The values of User.score do not come back: take them from a backup."),
    ('ALTER TABLE "User" RENAME COLUMN "name" TO "title";', ""),
    ('DROP INDEX "User_name_idx";', ""),
    ('ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;', ""),
    ('ALTER TABLE "User" ADD CONSTRAINT "positive" CHECK ("score" > 0);', ""),
    (
        'CREATE TABLE "Tag" ("id" INTEGER NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));',
        "The rows that have come into Tag",
    ),
    ('ALTER TABLE "User" ADD COLUMN "a" TEXT;\nCREATE INDEX "User_a_idx" ON "User"("a");', "User.a since is lost"),
    ('ALTER TABLE "User" ADD COLUMN "a" TEXT;\nUPDATE "User" SET "name" = \'x\';', "UPDATE of User is not undone"),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "prisma" / "migrations"
    for name in ("20240101000000_init", "20240102000000_next"):
        (folder / name).mkdir(parents=True)
    (folder / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (folder / "20240101000000_init" / "migration.sql").write_text(INIT)
    (tmp_path / "prisma" / "schema.prisma").write_text(SCHEMA)
    monkeypatch.chdir(tmp_path)
    return folder


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["rollback", *arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize(("sql", "said"), CASES)
def test_up_and_down_is_the_start(project: Path, sql: str, said: str) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text(sql)
    result = run()
    assert said in result.stdout
    folder, postgresql = load_migrations(project), provider("postgresql")
    before, current = replay(folder, postgresql, 1).database, replay(folder, postgresql).database
    downs = sorted(file.parent.glob("down*.sql"))
    assert downs
    for down in downs:
        current = read_migration(down.read_text(), str(down), current, postgresql).database
    assert diff(current, before).changes == () and diff(before, current).changes == ()
    assert [t.checks for t in current.tables.values()] == [t.checks for t in before.tables.values()]


def test_what_is_there_is_not_written_over(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    down = project / "20240102000000_next" / "down.sql"
    down.write_text("-- mine\n")
    assert "not written over" in run(code=2).stderr
    assert down.read_text() == "-- mine\n"


def test_a_migration_of_rows_only_is_told(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text('DELETE FROM "User" WHERE "id" = 1;')
    assert "changes nothing that Refract could undo" in run(code=2).stderr


def test_an_unknown_migration_is_told(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    assert "there is no migration 'x' here; the newest is 20240102000000_next" in run("x", code=2).stderr
    assert run("20240102000000_next").stdout.startswith("prisma/migrations/20240102000000_next/down.sql")


def test_it_says_how_prisma_goes_back_and_what_to_save(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    file = "prisma/migrations/20240102000000_next/down.sql"
    said = run().stdout
    assert '--table=\'"public"."User"\'' in said, "what has been written to the new column goes with it"
    assert f"  npx prisma db execute --file {file}\n" in said
    assert "  npx prisma migrate resolve --rolled-back 20240102000000_next\n" in said
    assert "put this SQL into a new migration" in said


def test_before_prisma_7_the_schema_is_named(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text('DROP INDEX "User_name_idx";')
    Path("package.json").write_text('{ "devDependencies": { "prisma": "^5.22.0" } }')
    said = run().stdout
    assert "down.sql --schema prisma/schema.prisma\n" in said
    assert "backup" not in said, "an index holds nothing that could be lost"


def test_it_is_run_from_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    monkeypatch.chdir(project)
    said = run("--project", "../..").stdout
    assert said.startswith("20240102000000_next/down.sql\n")
    assert ", in /" in said, "the commands are for the project's root"
    assert "--file prisma/migrations/20240102000000_next/down.sql" in said


def test_the_same_for_programs(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    told = json.loads(run("--format", "json").stdout)
    assert told["files"] == ["prisma/migrations/20240102000000_next/down.sql"]
    assert told["lost"] == ["What has been written to User.bio since is lost."]
    assert told["backup"]["command"].startswith("pg_dump")
    assert told["commands_if_failed"][-1] == "npx prisma migrate resolve --rolled-back 20240102000000_next"
