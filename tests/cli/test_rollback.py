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
    ('ALTER TABLE "User" ADD COLUMN "bio" TEXT;', "Values written to User.bio since the migration are lost."),
    (
        'ALTER TABLE "User" DROP COLUMN "score";',
        "The values of User.score are not restored. Restore them from a backup.",
    ),
    ('ALTER TABLE "User" RENAME COLUMN "name" TO "title";', ""),
    ('DROP INDEX "User_name_idx";', ""),
    ('ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;', ""),
    ('ALTER TABLE "User" ADD CONSTRAINT "positive" CHECK ("score" > 0);', ""),
    (
        'CREATE TABLE "Tag" ("id" INTEGER NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));',
        "Rows inserted into Tag since the migration are lost.",
    ),
    (
        'ALTER TABLE "User" ADD COLUMN "a" TEXT;\nCREATE INDEX "User_a_idx" ON "User"("a");',
        "Values written to User.a since the migration are lost.",
    ),
    ('ALTER TABLE "User" ADD COLUMN "a" TEXT;\nUPDATE "User" SET "name" = \'x\';', "UPDATE of User is not undone"),
]


INDEX_ONLY = 'CREATE INDEX CONCURRENTLY "User_score_idx" ON "User"("score");'
TWO_STATEMENTS = 'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\nALTER TABLE "User" ALTER COLUMN "score" SET DEFAULT 1;'


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


def test_an_existing_rollback_is_not_overwritten(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    down = project / "20240102000000_next" / "down.sql"
    down.write_text("-- mine\n")
    assert "was not overwritten" in run(code=2).stderr
    assert down.read_text() == "-- mine\n"


def test_a_migration_of_rows_only_has_no_rollback(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text('DELETE FROM "User" WHERE "id" = 1;')
    assert "Refract finds nothing to undo" in run(code=2).stderr


def test_an_unknown_migration_is_reported(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    assert "No migration is called 'x'. The newest is 20240102000000_next" in run("x", code=2).stderr
    assert run("20240102000000_next").stdout.startswith("prisma/migrations/20240102000000_next/down.sql")


@pytest.mark.parametrize(
    "sql",
    [
        CASES[0][0],
        f"SET lock_timeout = '5s';\n{CASES[0][0]}",
        f'BEGIN;\n{CASES[0][0]}\nCREATE INDEX "i" ON "User"("score");\nCOMMIT;',
        'CREATE UNIQUE INDEX "i" ON "User"("score");',
    ],
)
def test_after_a_failure_that_left_nothing_there_is_nothing_to_undo(project: Path, sql: str) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(sql)
    printed = run("--format", "json").stdout
    assert json.loads(printed)["commands_if_failed"] == ["npx prisma migrate resolve --rolled-back 20240102000000_next"]


@pytest.mark.parametrize("sql", [TWO_STATEMENTS, 'CREATE UNIQUE INDEX CONCURRENTLY "i" ON "User"("score");'])
def test_after_a_failure_that_left_a_part_it_is_undone(project: Path, sql: str) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(sql)
    printed = run("--format", "json").stdout
    assert "db execute" in json.loads(printed)["commands_if_failed"][0]


def test_it_prints_how_to_undo_and_what_to_save(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(TWO_STATEMENTS)
    file = "prisma/migrations/20240102000000_next/down.sql"
    said = run().stdout
    assert '--table=\'"public"."User"\'' in said, "what has been written to the new column goes with it"
    assert f"  npx prisma db execute --file {file}\n" in said
    assert "  npx prisma migrate resolve --rolled-back 20240102000000_next\n" in said
    assert "Copy this SQL into a new migration" in said


def test_before_prisma_7_the_schema_is_named(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(INDEX_ONLY)
    Path("package.json").write_text('{ "devDependencies": { "prisma": "^5.22.0" } }')
    said = run().stdout
    assert "down.sql --schema prisma/schema.prisma\n" in said
    assert "backup" not in said, "an index holds nothing that could be lost"


def test_it_is_run_from_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(TWO_STATEMENTS)
    monkeypatch.chdir(project)
    said = run("--project", "../..").stdout
    assert said.startswith("20240102000000_next/down.sql\n")
    assert ". In /" in said, "the commands are for the project's root"
    assert "--file prisma/migrations/20240102000000_next/down.sql" in said


def test_the_same_as_json(project: Path) -> None:
    (project / "20240102000000_next" / "migration.sql").write_text(CASES[0][0])
    told = json.loads(run("--format", "json").stdout)
    assert told["files"] == ["prisma/migrations/20240102000000_next/down.sql"]
    assert told["lost"] == ["Values written to User.bio since the migration are lost."]
    assert told["backup"]["command"].startswith("pg_dump")
    assert told["commands_if_failed"][-1] == "npx prisma migrate resolve --rolled-back 20240102000000_next"


TRIGGER = """\
CREATE FUNCTION "keep"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."bio" := NEW."name"; RETURN NEW; END $$;
CREATE TRIGGER "keep" BEFORE INSERT OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION "keep"();
"""


def test_triggers_and_functions_go_before_what_they_speak_of(project: Path) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text(f'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\n{TRIGGER}')
    run()
    lines = file.with_name("down.sql").read_text().splitlines()
    wanted = ['DROP TRIGGER "keep" ON "User";', 'DROP FUNCTION "keep"();', 'ALTER TABLE "User" DROP COLUMN "bio";']
    assert [line for line in lines if line in wanted] == wanted


def test_a_migration_of_triggers_only_is_undone(project: Path) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text(TRIGGER)
    run()
    assert 'DROP TRIGGER "keep" ON "User";\nDROP FUNCTION "keep"();\n' in file.with_name("down.sql").read_text()


@pytest.mark.parametrize(
    "sql",
    [
        'DROP TRIGGER IF EXISTS "keep" ON "User"',
        "DROP FUNCTION keep(integer)",
        "CREATE OR REPLACE FUNCTION keep() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        'GRANT SELECT ON "User" TO app',
        'ALTER TABLE "User" SET (fillfactor = 70)',
    ],
)
def test_functions_without_known_text_are_reported(project: Path, sql: str) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text(f'ALTER TABLE "User" ADD COLUMN "bio" TEXT;\n{sql};\n')
    assert f"Not undone: {sql}" in run().stdout
    assert f"-- Not undone: {sql}" in file.with_name("down.sql").read_text()


def test_row_level_security_ends_before_its_policies(project: Path) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text('ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;\nCREATE POLICY mine ON "User" USING (true);\n')
    assert "Not undone" not in run().stdout
    down = file.with_name("down.sql").read_text()
    assert 'ALTER TABLE "User" DISABLE ROW LEVEL SECURITY;\nDROP POLICY "mine" ON "User";\n' in down


def test_what_is_made_and_dropped_in_one_migration_leaves_nothing_to_undo(project: Path) -> None:
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text(f'{TRIGGER}DROP TRIGGER "keep" ON "User";\nDROP FUNCTION "keep"();\n{CASES[0][0]}\n')
    assert "Not undone" not in run().stdout
    assert "keep" not in file.with_name("down.sql").read_text()


def test_tables_in_other_namespaces(project: Path) -> None:
    (project / "20240101000000_init" / "migration.sql").write_text(
        'CREATE SCHEMA "auth";\nCREATE TABLE "auth"."app users" ("id" INTEGER NOT NULL);\n'
    )
    file = project / "20240102000000_next" / "migration.sql"
    file.write_text('ALTER TABLE "auth"."app users" ADD COLUMN "bio" TEXT;')
    run()
    assert 'ALTER TABLE "auth"."app users" DROP COLUMN "bio";' in file.with_name("down.sql").read_text()
