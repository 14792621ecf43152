"""A backfill on a table that is used comes to its end, and nobody waits long for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event
from time import perf_counter, sleep

import psycopg
import pytest

from live.postgresql import connect, new_database, running_server
from refract.config.settings import PlanSettings
from refract.recipes.base import Fill
from refract.recipes.dialects import dialect
from refract.schema.model import Column, ColumnType, IndexColumn, PrimaryKey, QualifiedName, Table

LIMIT = "10s"
LONGEST = 0.5  # seconds that an UPDATE of the app may wait
BUSY = 3.0  # seconds in which a program keeps a row


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("keys", [("id",), ("year", "id")], ids=" and ".join)
def test_a_backfill_ends_while_rows_are_inserted(keys: tuple[str, ...], server: str) -> None:
    columns = tuple(Column(name, ColumnType("INTEGER")) for name in keys)
    key = PrimaryKey("T_pkey", tuple(IndexColumn(name) for name in keys))
    table = Table(QualifiedName("public", "T"), columns, key)
    (sql,) = dialect("postgresql").fill(Fill(table, (("new", "1"),), '{row}."new" IS NULL'), PlanSettings())
    with new_database(server, f"backfill{len(keys)}") as connection:
        made = ", ".join(f'"{name}" {"SERIAL" if name == "id" else "INTEGER DEFAULT 2026"}' for name in keys)
        quoted = ", ".join(f'"{name}"' for name in keys)
        connection.execute(f'CREATE TABLE "T" ({made}, "new" INTEGER, PRIMARY KEY ({quoted}))'.encode())
        connection.execute('INSERT INTO "T" ("new") SELECT NULL FROM generate_series(1, 2500)')
        connection.execute(f"SET statement_timeout = '{LIMIT}'".encode())
        over = Event()
        with ThreadPoolExecutor(1) as pool:
            rows = pool.submit(_insert, connect(server, f"backfill{len(keys)}"), over)
            try:
                connection.execute(sql.encode())
            finally:
                over.set()
            assert rows.result() > 0
        assert connection.execute('SELECT count(*) FROM "T" WHERE "new" IS NULL AND "id" <= 2500').fetchone() == (0,)


def test_a_backfill_that_waits_for_a_row_gives_up_those_that_it_holds(server: str) -> None:
    columns = (Column("id", ColumnType("INTEGER")),)
    table = Table(QualifiedName("public", "T"), columns, PrimaryKey("T_pkey", (IndexColumn("id"),)))
    (sql,) = dialect("postgresql").fill(Fill(table, (("new", "1"),), '{row}."new" IS NULL'), PlanSettings())
    with (
        new_database(server, "waits") as connection,
        connect(server, "waits") as busy,
        connect(server, "waits") as other,
    ):
        connection.execute('CREATE TABLE "T" ("id" SERIAL PRIMARY KEY, "new" INTEGER, "other" INTEGER)')
        connection.execute('INSERT INTO "T" ("new") SELECT NULL FROM generate_series(1, 900)')
        other.execute(f"SET statement_timeout = '{LIMIT}'".encode())
        with ThreadPoolExecutor(1) as pool:
            with busy.transaction():
                busy.execute('UPDATE "T" SET "other" = 1 WHERE "id" = 900')
                filled = pool.submit(connection.execute, sql.encode())
                sleep(0.15)  # until it has the rows before that one
                end = perf_counter() + BUSY
                longest = 0.0
                while perf_counter() < end:
                    begun = perf_counter()
                    other.execute('UPDATE "T" SET "other" = 2 WHERE "id" = 1')
                    longest = max(longest, perf_counter() - begun)
                    sleep(0.01)
                assert not filled.done()
            filled.result()
        assert longest < LONGEST
        assert connection.execute('SELECT count(*) FROM "T" WHERE "new" IS NULL').fetchone() == (0,)


def test_nobody_waits_long_for_a_backfill_and_it_ends_soon(server: str) -> None:
    rows, columns = 40_000, (Column("id", ColumnType("INTEGER")),)
    table = Table(QualifiedName("public", "T"), columns, PrimaryKey("T_pkey", (IndexColumn("id"),)))
    (sql,) = dialect("postgresql").fill(Fill(table, (("new", "1"),), '{row}."new" IS NULL'), PlanSettings())
    with new_database(server, "paced") as connection, ThreadPoolExecutor(4) as pool:
        connection.execute('CREATE TABLE "T" ("id" SERIAL PRIMARY KEY, "new" INTEGER, "other" INTEGER)')
        connection.execute(f'INSERT INTO "T" ("new") SELECT NULL FROM generate_series(1, {rows})'.encode())
        over = Event()
        waits = [pool.submit(_update, connect(server, "paced"), rows, over) for _ in range(4)]
        begun = perf_counter()
        try:
            connection.execute(sql.encode())
        finally:
            over.set()
        assert perf_counter() - begun < float(LIMIT.removesuffix("s"))
        assert max(wait.result() for wait in waits) < LONGEST
        assert connection.execute('SELECT count(*) FROM "T" WHERE "new" IS NULL').fetchone() == (0,)


def test_a_backfill_costs_little_more_than_one_update(server: str) -> None:
    rows, columns = 200_000, (Column("id", ColumnType("INTEGER")),)
    table = Table(QualifiedName("public", "T"), columns, PrimaryKey("T_pkey", (IndexColumn("id"),)))
    (sql,) = dialect("postgresql").fill(Fill(table, (("new", "1"),), '{row}."new" IS NULL'), PlanSettings())
    took = []
    with new_database(server, "costs") as connection:
        for statement in ('UPDATE "T" SET "new" = 1 WHERE "new" IS NULL', sql):
            connection.execute('DROP TABLE IF EXISTS "T"')
            connection.execute('CREATE TABLE "T" ("id" SERIAL PRIMARY KEY, "new" INTEGER)')
            connection.execute(f'INSERT INTO "T" ("new") SELECT NULL FROM generate_series(1, {rows})'.encode())
            begun = perf_counter()
            connection.execute(statement.encode())
            took.append(perf_counter() - begun)
    assert took[1] < 3 * took[0]


def _update(connection: psycopg.Connection, rows: int, over: Event) -> float:
    """Updates rows here and there until it is over; the longest wait in seconds."""
    longest, row = 0.0, Random(rows)
    with connection:
        while not over.wait(0.002):
            begun = perf_counter()
            connection.execute('UPDATE "T" SET "other" = 1 WHERE "id" = %s', (row.randrange(1, rows),))
            longest = max(longest, perf_counter() - begun)
    return longest


def _insert(connection: psycopg.Connection, over: Event) -> int:
    """Inserts rows until it is over, more often than the backfill pauses; how many."""
    count = 0
    with connection:
        while not over.wait(0.005):
            connection.execute('INSERT INTO "T" ("new") VALUES (NULL)')
            count += 1
    return count
