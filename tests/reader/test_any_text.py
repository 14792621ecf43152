"""Any text can be read, in bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import SIZE_LIMIT, read_migration

PROVIDERS = ("postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb")
WORDS = (
    "CREATE TABLE ALTER DROP ADD COLUMN CONSTRAINT PRIMARY KEY UNIQUE INDEX ON FOREIGN REFERENCES TYPE AS ENUM RENAME TO "
    "VALUE DEFAULT NOT NULL ( ) , ; . 'a' \"a\" `a` [a] a 1 $$ BEGIN END IF EXISTS EXEC SP_RENAME GO SET INSERT INTO "
    "UPDATE WITH SELECT USING WHERE CHECK MODIFY CHANGE DO DELIMITER // -- /* */ GENERATED IDENTITY \n"
).split(" ")  # noqa: SIM905
sqlish = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def read(sql: str, name: str) -> None:
    chosen = provider(name)
    reading = read_migration(sql, "m.sql", Database(name, chosen.default_schema), chosen)
    assert 0 <= reading.opaque <= reading.statements


@settings(deadline=None)
@given(st.one_of(st.text(), sqlish), st.sampled_from(PROVIDERS))
def test_nothing_raises(sql: str, name: str) -> None:
    read(sql, name)


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    "sql",
    ["(" * 200_000, "'" + "a" * 1_000_000, "a" * 1_000_000, "INSERT INTO t VALUES (" + "1," * 200_000 + "1)", "\0\1\2" * 100_000,
     "x" * (SIZE_LIMIT + 1), "/*" * 100_000, "$a$" * 50_001, "'\\" * 100_000],
    ids=["parentheses", "string", "line", "values", "binary", "too long", "comments", "dollars", "escapes"],
)  # fmt: skip
def test_bounded_time(sql: str, name: str) -> None:
    started = time.process_time()
    read(sql, name)
    assert time.process_time() - started < 5
