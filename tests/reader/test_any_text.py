"""Any text can be read, in bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration, read_statements

PROVIDERS = ("postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb")
WORDS = (  # noqa: SIM905
    "CREATE TABLE ALTER DROP ADD COLUMN CONSTRAINT PRIMARY KEY UNIQUE INDEX ON FOREIGN REFERENCES TYPE AS ENUM RENAME TO "
    "VALUE DEFAULT NOT NULL ( ) , ; . 'a' \"a\" `a` [a] a 1 $$ BEGIN END IF EXISTS EXEC SP_RENAME GO SET INSERT INTO "
    "UPDATE WITH SELECT USING WHERE CHECK MODIFY CHANGE DO DELIMITER // -- /* */ GENERATED IDENTITY \n"
).split(" ")
SECONDS = 30.0  # of a busy machine: linear reading needs three for a megabyte, quadratic reading many minutes
sqlish = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def read(sql: str, name: str) -> None:
    chosen = provider(name)
    reading = read_migration(sql, "m.sql", Database(name, chosen.default_schema), chosen)
    assert 0 <= len(reading.not_followed) <= reading.statements


@settings(deadline=None)
@given(st.one_of(st.text(), sqlish), st.sampled_from(PROVIDERS))
def test_nothing_raises(sql: str, name: str) -> None:
    read(sql, name)


MEGABYTE = 1_000_000
SOME = 20_000  # what is quadratic needs minutes for a megabyte, and is seen here already
REPEATED = (
    ")", "`", "[", "$a$", "--\n", "/*", "'\\", "a", "1,", ".", ",", "a ", "((),", "x;", "BEGIN ", "GO\n",
    "CREATE TABLE t (", "ALTER TABLE t ADD a INT,", "WITH ", "INSERT ", "UPDATE t SET ", "DO $$", "DELIMITER //\n",
    "CASE ", "E'", "a.", "::", "\0\1\2",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("part", ["(", "'", '"', "$$", "--", ";"])
def test_a_megabyte_in_bounded_time(part: str, name: str) -> None:
    started = time.process_time()
    read(part * (MEGABYTE // len(part)), name)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("before", ["", "'", "INSERT INTO t VALUES (", "CREATE TABLE t (a INT DEFAULT ("])
def test_bounded_time(before: str, name: str) -> None:
    for part in REPEATED:
        started = time.process_time()
        read(before + part * (SOME // len(part)), name)
        assert time.process_time() - started < SECONDS / 4, part


@pytest.mark.parametrize("part", ["(SELECT 1);", "UPDATE t SET a = 1;", "(((;", "x(SELECT;"])
def test_bounded_time_by_statement(part: str) -> None:
    pg = provider("postgresql")
    started = time.process_time()
    read_statements(part * (SOME // len(part)), "m.sql", Database("postgresql", "public"), pg)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("end", ["INCLUDE", "INCLUDE x", "NULLS", "NULLS x", "WITH (", "WHERE", "USING"])
def test_a_clause_of_an_index_may_be_half_written(end: str) -> None:
    read(f'CREATE TABLE "t" ("id" INT);\nCREATE INDEX "i" ON "t" ("id") {end}', "postgresql")
