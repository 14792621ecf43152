"""Every plan on a real MariaDB with rows in its tables: each step runs, proves what it says, and goes back exactly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import pymysql
import pytest

from live.mariadb import MariadbDatabase, connect, empty_database, running_server
from live.plans import begin, walk
from recipes.plans import Case, cases, plan_of, served_on
from refract.sql.safe.mysql import LOCK_WAIT

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@contextmanager
def _new_database(server: str) -> Iterator[MariadbDatabase]:
    """A database whose own collation is not that of Prisma's tables, as MySQL's and MariaDB's defaults are not."""
    with empty_database(server, f"plan_{next(_numbers)}", "utf8mb4_general_ci") as cursor:
        yield MariadbDatabase(cursor)


@pytest.mark.parametrize("case", served_on("mysql", "mariadb"), ids=str)
def test_up_and_back_and_up(case: Case, server: str) -> None:
    with _new_database(server) as live:
        begin(case, live, "mysql")

        def no_procedure_is_left() -> None:
            assert live.catalog()["procedures"] == []

        walk(live, plan_of(case, "mysql", "mariadb"), no_procedure_is_left)
        assert live.catalog()["triggers"] == []


_RENAME = next(c for c in cases() if str(c) == "rename-field: A required field, kept in step by a trigger")


def test_a_change_of_case_alone_is_kept_in_step(server: str) -> None:
    with _new_database(server) as live:
        begin(_RENAME, live, "mysql")
        expand, backfill, *_ = plan_of(_RENAME, "mysql", "mariadb")
        for migration in (*expand.migrations, *backfill.migrations):
            live.run(migration.sql)
        live.run("UPDATE `User` SET `name` = UPPER(`name`) WHERE `id` = 1")
        live.run("UPDATE `User` SET `title` = UPPER(`title`) WHERE `id` = 2")
        assert live.answer("SELECT CAST(`title` AS BINARY) = 'WORD1 REST' FROM `User` WHERE `id` = 1") == 1
        assert live.answer("SELECT CAST(`name` AS BINARY) = 'WORD2 REST' FROM `User` WHERE `id` = 2") == 1
        live.run("DROP TRIGGER `User_title_sync_u`")
        live.run("UPDATE `User` SET `name` = LOWER(`name`) WHERE `id` = 1")
        assert live.answer(backfill.check) == 1


def test_a_batch_that_meets_a_locked_row_lets_go_of_the_others(server: str) -> None:
    with _new_database(server) as live:
        begin(_RENAME, live, "mysql")
        expand, backfill, *_ = plan_of(_RENAME, "mysql", "mariadb")
        for migration in expand.migrations:
            live.run(migration.sql)
        name = live.answer("SELECT DATABASE()")
        with connect(server, str(name)) as long, long.cursor() as holder, ThreadPoolExecutor(1) as runner:
            holder.execute("BEGIN")
            holder.execute("UPDATE `User` SET `nick` = 'held' WHERE `id` = 700")
            filling = runner.submit(live.run, backfill.migrations[0].sql)
            with connect(server, str(name)) as other, other.cursor() as program:
                program.execute("SET innodb_lock_wait_timeout = 3")
                for _ in range(8):
                    program.execute("UPDATE `User` SET `nick` = 'free' WHERE `id` = 1")
                    time.sleep(0.5)
            assert not filling.done()
            holder.execute("COMMIT")
            filling.result(timeout=30)
        assert live.answer(backfill.check) == 0


def test_a_statement_that_waits_gives_up_and_has_done_nothing(server: str) -> None:
    with _new_database(server) as live:
        begin(_RENAME, live, "mysql")
        expand, *_ = plan_of(_RENAME, "mysql", "mariadb")
        before, name = live.catalog(), live.answer("SELECT DATABASE()")
        with connect(server, str(name)) as long, long.cursor() as holder:
            holder.execute("BEGIN")
            holder.execute("SELECT count(*) FROM `User`")
            begun = time.monotonic()
            with pytest.raises(pymysql.err.OperationalError) as refused:
                live.run(expand.migrations[0].sql)
            assert refused.value.args[0] == 1205
            assert time.monotonic() - begun < LOCK_WAIT + 1
            holder.execute("COMMIT")
        assert live.catalog() == before
        for migration in expand.migrations:
            live.run(migration.sql)
