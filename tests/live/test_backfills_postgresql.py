"""A backfill that is killed midway, and begun again: it ends, and no row is written twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from attrs import evolve

from live.postgresql import connect, new_database, running_server
from refract.config.settings import BackfillForm, PlanSettings
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import Situation, all_recipes
from refract.recipes.engine import PlannedStep, plan_steps
from refract.syntax import parse_schema

ROWS, BATCH = 3_000, 100
SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model User {
  id   Int    @id
  name String
}
"""
START = f"""
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
INSERT INTO "User" SELECT n, 'name ' || n FROM generate_series(1, {ROWS}) AS n;
"""
LOG = """
CREATE TABLE writes ("id" INTEGER NOT NULL);
CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO writes VALUES (NEW."id"); RETURN NULL; END $$;
CREATE TRIGGER log_write AFTER UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION log_write();
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


def _steps(settings: PlanSettings) -> tuple[PlannedStep, ...]:
    tree = parse_schema([("schema.prisma", SCHEMA)])
    recipe = all_recipes()["rename-field"]
    answers = recipe.complete({"model": "User", "field": "name", "to": "title", "how": "trigger"})
    return plan_steps(
        recipe, Situation(tree, provider("postgresql"), default_versions("postgresql"), answers, settings)
    )


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("form", BackfillForm)
def test_a_backfill_that_is_killed_goes_on_where_it_was(server: str, form: BackfillForm) -> None:
    slow = PlanSettings(backfill=form, batch=BATCH, pause=100)
    name = f"killed_{form}"
    with new_database(server, name) as connection:
        expand, backfill, *_ = _steps(slow)
        connection.execute(START.encode())
        connection.execute(expand.migrations[0].sql.encode())
        connection.execute(LOG.encode())
        (fill,) = (*backfill.migrations, *backfill.scripts)
        _kill_midway(server, name, fill.sql, connection)
        done = _number(connection, "SELECT count(*) FROM writes")
        assert 0 < done < ROWS and done % BATCH == 0, "whole batches are committed, and no more"
        assert _number(connection, backfill.check.rstrip(";")) == ROWS - done
        fast = _steps(evolve(slow, pause=1))[1]
        (again,) = (*fast.migrations, *fast.scripts)
        connection.execute(again.sql.encode())
        assert _number(connection, backfill.check.rstrip(";")) == 0
        assert _number(connection, "SELECT count(*) FROM writes") == ROWS
        assert _number(connection, 'SELECT count(DISTINCT "id") FROM writes') == ROWS
        assert _number(connection, 'SELECT count(*) FROM "User" WHERE "title" = "name"') == ROWS


def _kill_midway(server: str, name: str, sql: str, watcher: psycopg.Connection) -> None:
    """Runs `sql` in a session of its own, and ends that session after some batches."""
    session = connect(server, name)
    errors: list[psycopg.Error] = []

    def run() -> None:
        try:
            session.execute(sql.encode())
        except psycopg.Error as error:
            errors.append(error)

    running = threading.Thread(target=run)
    running.start()
    limit = time.monotonic() + 30
    while _number(watcher, "SELECT count(*) FROM writes") < 3 * BATCH and time.monotonic() < limit:
        time.sleep(0.01)
    watcher.execute(f"SELECT pg_terminate_backend({session.info.backend_pid})".encode())
    running.join(timeout=30)
    assert errors, "the session was to be ended"
