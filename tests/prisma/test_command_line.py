"""Plans with Prisma's own command line beside Refract's, as a project follows them: `refract plan next`, `prisma migrate deploy`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from attrs import frozen
from click.testing import CliRunner

from live.postgresql import connect, new_database, running_server
from npm import installed
from prisma.client import environment
from prisma.engine import HERE
from refract.cli.main import cli

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model User {
  id   Int    @id @default(autoincrement())
  name String @unique
}
"""
ROWS = 2_500  # more than two batches
TRIGGER_THAT_FAILS = """\
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
CREATE TRIGGER fail BEFORE UPDATE ON "User" FOR EACH ROW WHEN (NEW.id = 1500) EXECUTE FUNCTION fail();
"""


@frozen
class Project:
    """A project with a database; both commands are run as a person types them."""

    folder: Path
    server: str
    database: str

    def prisma(self, *arguments: str, code: int = 0) -> str:
        install = installed("prisma", HERE)
        ran = subprocess.run(
            [install / "node_modules" / ".bin" / "prisma", *arguments],
            cwd=self.folder, env=environment(install), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def refract(self, *arguments: str) -> str:
        ran = CliRunner().invoke(cli, [*arguments, "--project", str(self.folder)])
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    def waits(self) -> bool:
        (plan,) = json.loads(self.refract("plan", "list", "--format", "json"))["plans"]
        return "waiting" in plan["status"]

    def is_done(self) -> bool:
        (plan,) = json.loads(self.refract("plan", "list", "--format", "json"))["plans"]
        return "steps are done" in plan["status"]

    def connect(self) -> psycopg.Connection:
        return connect(self.server, self.database)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.fixture
def project(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that Prisma itself has set up."""
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path / "cache"))
    made = Project(tmp_path / "project", server, tmp_path.name)
    (made.folder / "prisma").mkdir(parents=True)
    (made.folder / "prisma" / "schema.prisma").write_text(SCHEMA)
    url = f"postgresql://refract@localhost/{made.database}?host={server}"
    (made.folder / "prisma.config.ts").write_text(
        f'export default {{ schema: "prisma/schema.prisma", datasource: {{ url: "{url}" }} }}\n'
    )
    with new_database(server, made.database) as connection:
        made.prisma("migrate", "dev", "--name", "init")
        connection.execute(f"INSERT INTO \"User\" (name) SELECT 'name' || n FROM generate_series(1, {ROWS}) AS n")
    made.refract("plan", "new", "rename-field", "User.name", "to=title", "how=trigger")
    return made


def test_a_plan_from_end_to_end(project: Project) -> None:
    while not project.is_done():
        if project.waits():
            project.refract("plan", "done", "--by", "Ann")
            continue
        project.refract("plan", "next")
        project.prisma("migrate", "deploy")
        assert "Already in sync" in project.prisma("migrate", "dev", "--name", "nothing")
    assert "Database schema is up to date!" in project.prisma("migrate", "status")
    schema = ("--to-schema", "prisma/schema.prisma", "--exit-code")
    assert "No difference" in project.prisma("migrate", "diff", "--from-migrations", "prisma/migrations", *schema)
    assert "No difference" in project.prisma("migrate", "diff", "--from-config-datasource", *schema)
    with project.connect() as connection:
        titles = connection.execute('SELECT count(DISTINCT title) FROM "User"').fetchone()
        triggers = connection.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()
    assert titles == (ROWS,)
    assert triggers == []


def test_a_step_is_undone(project: Project) -> None:
    project.refract("plan", "next")
    project.prisma("migrate", "deploy")
    project.refract("plan", "back")
    project.prisma("migrate", "deploy")
    assert (project.folder / "prisma" / "schema.prisma").read_text() == SCHEMA
    assert "Already in sync" in project.prisma("migrate", "dev", "--name", "nothing")


def test_a_backfill_that_stops_half_way_goes_on(project: Project) -> None:
    project.refract("plan", "next")
    project.prisma("migrate", "deploy")
    project.refract("plan", "next")
    with project.connect() as connection:
        connection.execute(TRIGGER_THAT_FAILS.encode())
        assert "not this one" in project.prisma("migrate", "deploy", code=1)
        filled = connection.execute('SELECT count(*) FROM "User" WHERE title IS NOT NULL').fetchone()
        assert filled == (1000,), "the batch before the one that failed is there"
        connection.execute('DROP TRIGGER fail ON "User"; DROP FUNCTION fail')
        (backfill,) = (project.folder / "prisma" / "migrations").glob("*_backfill_user")
        project.prisma("migrate", "resolve", "--rolled-back", backfill.name)
        project.prisma("migrate", "deploy")
        left = connection.execute('SELECT count(*) FROM "User" WHERE title IS DISTINCT FROM name').fetchone()
    assert left == (0,)


def test_prisma_shows_why_a_migration_stopped(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prisma keeps its record on the same connection, which refuses it in a transaction that has failed."""
    monkeypatch.setattr("refract.sql.safe.postgresql.LOCK_TRIES", 2)
    project.refract("plan", "next")
    with project.connect() as connection:
        with connection.transaction():
            connection.execute('SELECT FROM "User"')
            assert "long transactions kept the table in use" in project.prisma("migrate", "deploy", code=1)
        (expand,) = (project.folder / "prisma" / "migrations").glob("*_add_title_*")
        project.prisma("migrate", "resolve", "--rolled-back", expand.name)
        for _ in range(4):
            project.refract("plan", "next")
        project.prisma("migrate", "deploy")
        project.refract("plan", "done", "--by", "Ann")
        project.refract("plan", "next")
        connection.execute('ALTER TABLE "User" DISABLE TRIGGER USER')
        connection.execute("""UPDATE "User" SET name = 'not copied' WHERE id = 1""")
        assert "rows of User are not copied to title" in project.prisma("migrate", "deploy", code=1)


def test_a_schema_that_is_edited_besides_is_seen(project: Project) -> None:
    schema = project.folder / "prisma" / "schema.prisma"
    schema.write_text(SCHEMA.replace("@unique", ""))
    said = project.prisma(
        "migrate", "diff", "--from-config-datasource", "--to-schema", str(schema), "--exit-code", code=2
    )
    assert "Removed unique index" in said
