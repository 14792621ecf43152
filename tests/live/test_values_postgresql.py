"""No plan loses a value or changes one without a word: what programs write and read, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from attrs import evolve

from live.postgresql import connect, new_database, running_server
from live.values import ABSENT, CONVERTED, DERIVED, ZONES, Writing
from recipes.plans import Case, plan_of, situation
from refract.diff import diff
from refract.schema.model import Database
from refract.sql.writer import write_script

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("writing", [*DERIVED, *ABSENT], ids=str)
def test_values_are_held(writing: Writing, server: str) -> None:
    with new_database(server, f"values{next(_numbers)}") as connection:
        for statement in (*writing.statements("postgresql"), *writing.writes):
            connection.execute(statement.encode())
        assert connection.execute(writing.read.encode()).fetchall() == writing.held


@pytest.mark.parametrize("writing", ZONES, ids=str)
def test_times_are_held_wherever_the_server_is(writing: Writing, server: str) -> None:
    name = f"values{next(_numbers)}"
    new_database(server, name).execute(
        f"ALTER DATABASE {name} SET timezone = 'Europe/Berlin'".encode()
    ).connection.close()
    with connect(server, name) as connection:
        for statement in (*writing.statements("postgresql"), *writing.writes):
            connection.execute(statement.encode())
        assert connection.execute(writing.read.encode()).fetchall() == writing.held


@pytest.mark.parametrize(("writing", "changed"), CONVERTED, ids=str)
def test_what_changes_is_counted_before_the_first_step(writing: Writing, changed: int, server: str) -> None:
    with new_database(server, f"values{next(_numbers)}") as connection:
        tables, rows, *migrations = writing.statements("postgresql")
        connection.execute(tables.encode())
        connection.execute(rows.encode())
        assert connection.execute(writing.counting("postgresql").encode()).fetchone() == (changed,)
        for migration in migrations:
            connection.execute(migration.encode())
        assert connection.execute(writing.read.encode()).fetchall() == writing.held


def test_rows_that_cannot_be_converted_are_counted_before_the_column_is_required(server: str) -> None:
    writing = evolve(DERIVED[0], reached="validate", rows="""INSERT INTO "User" (phone) VALUES ('1'), ('12a')""")
    with new_database(server, f"values{next(_numbers)}") as connection:
        *until, last = writing.statements("postgresql")
        with pytest.raises(psycopg.errors.CheckViolation):
            for statement in (*until, last):
                connection.execute(statement.encode())
        *_, convert, validate = writing.steps("postgresql")
        assert connection.execute(convert.check.encode()).fetchone() == (1,)
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("""INSERT INTO "User" (phone) VALUES ('+49 170')""")
        for migration in validate.undo:
            connection.execute(migration.sql.encode())
        connection.execute("""INSERT INTO "User" (phone) VALUES ('+49 170')""")
        assert connection.execute(convert.check.encode()).fetchone() == (2,)
        connection.execute("""UPDATE "User" SET phone = '2' WHERE phone_v2 IS NULL""")
        assert connection.execute(convert.check.encode()).fetchone() == (0,)
        for migration in validate.migrations:
            connection.execute(migration.sql.encode())


def test_names_and_expressions_may_hold_what_quotes_a_body(server: str) -> None:
    schema = """model User {
  id  Int @id @default(autoincrement())
  low Int @map("lo$$w")

  @@map("us$$er")
}
"""
    answers = (("model", "User"), ("field", "plan"), ("type", "String"), ("value", "'costs $$, $q$' || \"lo$$w\""))
    added = Case("", "add-required-field", answers, "postgresql", schema, "")
    retyped = Case(
        "", "change-type", (("model", "User"), ("field", "low"), ("type", "BigInt")), "postgresql", schema, ""
    )
    for case, column in ((added, "plan"), (retyped, "lo$$w_v2")):
        asked, empty = situation(case, "postgresql").database, Database("postgresql", "public")
        with new_database(server, f"values{next(_numbers)}") as connection:
            connection.execute(write_script(diff(empty, asked), empty, asked).encode())
            connection.execute('INSERT INTO "us$$er" ("lo$$w") VALUES (7)')
            for step in plan_of(case, "postgresql"):
                for migration in step.migrations:
                    connection.execute(migration.sql.encode())
            held = {"plan": ("costs $$, $q$7",), "lo$$w_v2": (7,)}
            assert connection.execute(f'SELECT "{column}" FROM "us$$er"'.encode()).fetchone() == held[column]
