"""A step that drops what it has copied stops the deploy before anything is lost, if the rows were not copied."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pymysql
import pytest
from attrs import evolve

from live import mariadb, postgresql
from live.plans import begin
from live.test_values_of_two_tables import LINKS, MANY, MOVE, MOVED, TWO_USERS
from live.values import Writing
from recipes.plans import Case, cases, plan_of, situation
from refract.config.settings import PlanSettings
from refract.diff import diff
from refract.recipes.base import Phase, all_recipes
from refract.recipes.engine import PlannedStep, plan_steps
from refract.schema.model import Database
from refract.sql.writer import write_script

_numbers = count()
_COPIED = (
    "rename-field: A required field, kept in step by a trigger",
    "rename-field: An optional field with a default",
    "change-type: A number from a text",
    "merge-fields: Two names into one",
)
_VALUE = {"TEXT": "'7'", "VARCHAR": "'7'", "INTEGER": "7", "INT": "7"}


def _chosen(names: tuple[str, ...]) -> list[Case]:
    return [case for case in cases() if str(case) in names]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql.running_server() as folder:
        yield folder


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[str]:
    with mariadb.running_server() as socket:
        yield socket


def _ends(steps: tuple[PlannedStep, ...]) -> tuple[PlannedStep, PlannedStep]:
    """The first step and the last one: those between them, which copy the rows, are left out."""
    return next(step for step in steps if step.migrations), [
        step for step in steps if step.step.phase is Phase.CONTRACT
    ][-1]


def _begun(connection: psycopg.Connection, case: Case) -> Database:
    """The database of a case's schema, with one row that the trigger of its plan has never seen."""
    asked, empty = situation(case, "postgresql").database, Database("postgresql", "public")
    connection.execute(write_script(diff(empty, asked), empty, asked).encode())
    (table,) = (t for t in asked.tables.values() if t.name.name == "User")
    columns = [c for c in table.columns if c.type.name in _VALUE and not c.type.is_list]
    names, values = ", ".join(f'"{c.name}"' for c in columns), ", ".join(_VALUE[c.type.name] for c in columns)
    connection.execute(f'INSERT INTO "User" ({names}) VALUES ({values})'.encode())
    return asked


@pytest.mark.parametrize("case", _chosen(_COPIED), ids=str)
def test_rows_that_were_not_copied_stop_the_deploy(case: Case, server: str) -> None:
    with postgresql.new_database(server, f"guard{next(_numbers)}") as connection:
        _begun(connection, case)
        first, last = _ends(plan_of(case, "postgresql"))
        for migration in first.migrations:
            connection.execute(migration.sql.encode())
        before = postgresql.catalog(connection)
        with pytest.raises(
            psycopg.errors.RaiseException, match=r"are not copied to .*, so nothing was dropped"
        ) as stopped:
            connection.execute(last.migrations[0].sql.encode())
        assert "Complete the earlier steps" in str(stopped.value.diag.message_hint)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert postgresql.catalog(connection) == before


TABLE = "\nmodel User {\n  id Int @id\n  name String?\n}\n"
OF_TWO_TABLES = (
    Writing("a field", MOVE, MOVED, TWO_USERS, "expand", "", []),
    Writing(
        "a relation", "relation-to-many-to-many|model=Post|field=author|to=authors|back=authored", MANY % "", LINKS, "expand", "", []
    ),
    Writing("a table", "rename-model|model=User|to=Person|how=trigger", TABLE, """INSERT INTO "User" VALUES (1, 'a')""", "expand", "", []),
)  # fmt: skip


@pytest.mark.parametrize("writing", OF_TWO_TABLES, ids=str)
def test_rows_of_two_tables_that_were_not_copied_stop_the_deploy(writing: Writing, server: str) -> None:
    steps = plan_of(writing.case, "postgresql")
    (guarded,) = (step for step in steps if step.step.copied)
    with postgresql.new_database(server, f"guard{next(_numbers)}") as connection:
        for statement in writing.statements("postgresql"):
            connection.execute(statement.encode())
        before = postgresql.catalog(connection)
        with pytest.raises(psycopg.errors.RaiseException, match="is not complete, so nothing was dropped"):
            connection.execute(guarded.migrations[0].sql.encode())
        assert postgresql.catalog(connection) == before
        for migration in (m for step in steps[1:] for m in step.migrations):
            connection.execute(migration.sql.encode())


def test_a_trigger_that_was_disabled_stops_the_deploy(server: str) -> None:
    (case,) = _chosen(_COPIED[:1])
    with postgresql.new_database(server, f"guard{next(_numbers)}") as connection:
        _begun(connection, case)
        steps = plan_of(case, "postgresql")
        for migration in (m for step in steps[:-1] for m in step.migrations):
            connection.execute(migration.sql.encode())
        connection.execute('ALTER TABLE "User" DISABLE TRIGGER USER')
        connection.execute("""UPDATE "User" SET "name" = 'lost'""")
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute(steps[-1].migrations[0].sql.encode())
        connection.execute('UPDATE "User" SET "title" = "name"')
        for migration in steps[-1].migrations:
            connection.execute(migration.sql.encode())


def test_the_setting_turns_it_off(server: str) -> None:
    (case,) = _chosen(_COPIED[:1])
    unguarded = evolve(situation(case, "postgresql"), settings=PlanSettings(guards=False))
    with postgresql.new_database(server, f"guard{next(_numbers)}") as connection:
        _begun(connection, case)
        first, last = _ends(plan_steps(all_recipes()[case.recipe], unguarded))
        for migration in (*first.migrations, *last.migrations):
            connection.execute(migration.sql.encode())


@pytest.mark.parametrize("case", _chosen(_COPIED), ids=str)
def test_rows_that_were_not_copied_stop_the_deploy_on_mariadb(case: Case, mariadb_server: str) -> None:
    with mariadb.empty_database(mariadb_server, f"guard_{next(_numbers)}", "utf8mb4_unicode_ci") as cursor:
        live = mariadb.MariadbDatabase(cursor)
        begin(case, live, "mysql")
        first, last = _ends(plan_of(case, "mysql", "mariadb"))
        for migration in first.migrations:
            live.run(migration.sql)
        before = live.catalog()
        with pytest.raises(pymysql.err.MySQLError, match=r"rows of User are not copied to .* cannot be null"):
            live.run(last.migrations[0].sql)
        assert live.catalog() == before
