"""A migration and its rollback on a real PostgreSQL: the catalog is as it was, or what differs is named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from live.postgresql import catalog, new_database, running_server
from live.rollbacks import down_of
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.rollback import Loss, LossKind, losses, lost_by_undoing

POSTGRESQL = provider("postgresql")
_numbers = count()
_STATE = """CREATE TYPE "State" AS ENUM ('OPEN');\n"""
_RUN = f'{_STATE}CREATE TABLE "Run" ("id" INTEGER PRIMARY KEY, "state" "State" NOT NULL DEFAULT \'OPEN\');\n'
_POLICY = """\
DO $$ BEGIN
  EXECUTE format('CREATE POLICY p ON %I USING (EXISTS (SELECT 1 FROM "Parent" r WHERE r.id = parent))', 'Child');
END $$;"""
CASES = {
    "a new table that a policy of another new table reads": (
        "",
        'CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY);\n'
        'CREATE TABLE "Child" ("id" INTEGER PRIMARY KEY, "parent" INTEGER REFERENCES "Parent" ("id"));\n' + _POLICY,
    ),
    "a new value of an enum and a new table that uses it": (
        _RUN,
        "ALTER TYPE \"State\" ADD VALUE 'DONE';\n"
        'CREATE TABLE "Step" ("id" INTEGER PRIMARY KEY, "state" "State" NOT NULL DEFAULT \'OPEN\');',
    ),
    "a new value of an enum and a new column that uses it": (
        _RUN,
        'ALTER TYPE "State" ADD VALUE \'DONE\';\nALTER TABLE "Run" ADD COLUMN "last" "State" DEFAULT \'OPEN\';\n'
        'CREATE INDEX "Run_last_idx" ON "Run" ("last");',
    ),
    "a new value of an enum, and a table in place of another": (
        _RUN,
        'ALTER TYPE "State" ADD VALUE \'DONE\';\nDROP TABLE "Run";\n'
        'CREATE TABLE "runs" ("id" INTEGER PRIMARY KEY, "state" "State" NOT NULL DEFAULT \'OPEN\');',
    ),
    "a new table that refers to one that stays": (
        _RUN,
        "ALTER TYPE \"State\" ADD VALUE 'DONE';\n"
        'CREATE TABLE "Step" ("id" INTEGER PRIMARY KEY, "state" "State", "run" INTEGER REFERENCES "Run" ("id"));\n'
        'ALTER TABLE "Run" ADD COLUMN "first" INTEGER REFERENCES "Step" ("id");',
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("name", CASES)
def test_up_and_down_is_the_start(name: str, server: str) -> None:
    base, migration = CASES[name]
    down = down_of(base, migration, "postgresql")
    with new_database(server, f"rollback{next(_numbers)}") as connection:
        connection.execute(base.encode())
        held = catalog(connection)
        for statement in migration.split(";\n") if "DO $$" not in migration else [migration]:
            connection.execute(statement.encode())
        assert catalog(connection) != held
        for text in down:
            connection.execute(text.encode())
        assert catalog(connection) == held


def test_an_extension_stays_and_is_named(server: str) -> None:
    migration = (
        'CREATE EXTENSION IF NOT EXISTS "citext";\nCREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "name" CITEXT);'
    )
    reading = read_migration(migration, "next", Database("postgresql", "public"), POSTGRESQL)
    down = down_of("", migration, "postgresql")
    assert Loss(LossKind.STATEMENT, "CREATE EXTENSION citext") in tuple(losses(reading.changes))
    with new_database(server, f"rollback{next(_numbers)}") as connection:
        connection.execute(migration.encode())
        for text in down:
            connection.execute(text.encode())
        assert connection.execute("SELECT extname FROM pg_extension WHERE extname = 'citext'").fetchall()
        assert catalog(connection)["columns"] == []


def test_an_extension_that_is_dropped_is_restored() -> None:
    base = 'CREATE EXTENSION "citext";'
    assert "CREATE EXTENSION" in "".join(down_of(base, 'DROP EXTENSION "citext";', "postgresql"))


def test_values_that_the_way_back_loses_are_named() -> None:
    base = f"""{_RUN}CREATE TYPE "Phase" AS ENUM ('OPEN');"""
    migration = """ALTER TABLE "Run" ALTER COLUMN "state" DROP DEFAULT;
    ALTER TABLE "Run" ALTER COLUMN "state" TYPE "Phase" USING "state"::text::"Phase";"""
    before = read_migration(base, "base", Database("postgresql", "public"), POSTGRESQL).database
    reading = read_migration(migration, "next", before, POSTGRESQL)
    lost = tuple(lost_by_undoing(reading.changes, before, reading.database))
    assert lost == (Loss(LossKind.COLUMN_VALUES, "Run.state"),)
