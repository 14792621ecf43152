"""Every plan on a real PostgreSQL with rows in its tables: each step runs, proves what it says, and goes back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import psycopg
import pytest
from attrs import evolve

from live.postgresql import catalog, new_database, running_server
from recipes.plans import Case, plan_of, served_on, situation
from refract.diff import diff
from refract.recipes.engine import StepMigration
from refract.schema.model import Column, Database, Table
from refract.sql.writer import write_script

ROWS = 2_500  # more than two batches
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("case", served_on("postgresql"), ids=str)
def test_up_and_back_and_up(case: Case, server: str) -> None:
    asked = situation(case, "postgresql").database
    with new_database(server, f"plan{next(_numbers)}") as connection:
        _run(
            connection,
            [
                StepMigration(
                    "init",
                    write_script(
                        diff(Database("postgresql", "public"), asked), Database("postgresql", "public"), asked
                    ),
                )
            ],
        )
        for number, table in enumerate(_parents_first(asked)):
            _fill(connection, table, asked, number)
        for step in plan_of(case, "postgresql"):
            before = catalog(connection)
            _run(connection, step.migrations)
            if step.step.fills:
                assert [_answer(connection, query) for query in step.check.split(";") if query.strip()] == [0] * len(
                    step.step.fills
                )
            if not step.step.point_of_no_return:
                _run(connection, step.undo)
                assert catalog(connection) == before, step.step.title
                _run(connection, step.migrations)
        left = catalog(connection)
        assert left["triggers"] == [] and left["functions"] == []
        assert all(valid for *_, valid in (*left["indexes"], *left["constraints"]))


def _run(connection: psycopg.Connection, migrations: Iterable[StepMigration]) -> None:
    for migration in migrations:
        try:
            connection.execute(migration.sql.encode())
        except psycopg.Error as error:
            raise AssertionError(f"{migration.name}: {error}\n{migration.sql}") from error


def _answer(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _parents_first(database: Database) -> list[Table]:
    tables = list(database.tables.values())
    ordered: list[Table] = []
    while tables:
        ready = next(
            t
            for t in tables
            if all(
                k.referenced_table in [o.name for o in ordered] or k.referenced_table == t.name for k in t.foreign_keys
            )
        )
        tables.remove(ready)
        ordered.append(ready)
    return ordered


def _fill(connection: psycopg.Connection, table: Table, database: Database, number: int) -> None:
    """Rows 1 to ROWS: the same number in every key, a text or a value of an enum elsewhere."""
    columns = [c for c in table.columns if c.default is None or c.default.text]
    names = ", ".join(f'"{c.name}"' for c in columns)
    values = ", ".join(_value(c, database) for c in columns)
    connection.execute(
        f'INSERT INTO "{table.name.name}" ({names}) SELECT {values} FROM generate_series(1, {ROWS}) AS n'.encode()
    )


def _value(column: Column, database: Database) -> str:
    if column.type.is_list:
        element = evolve(column, type=evolve(column.type, is_list=False))
        return f"ARRAY[{_value(element, database)}]"
    if column.type.enum is not None:
        values = [v.name for v in database.enums[column.type.enum].values]
        listed = ", ".join(f"'{v}'" for v in values)
        return f'(ARRAY[{listed}])[1 + n % {len(values)}]::"{column.type.enum.name}"'
    if column.type.name == "TEXT":
        return "n::text" if column.name == "legacy" else "'word' || n || ' rest'"
    if column.type.name in ("JSON", "JSONB"):
        return f"""to_json('{{"n": ' || n || '}}')::{column.type.name.lower()}"""
    if column.type.name == "TIMESTAMP":
        return "now()"
    if column.type.name == "UUID":
        return "md5(n::text)::uuid"
    return "n"
