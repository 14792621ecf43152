"""What statements do with rows, and when sqlglot is asked at all."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refract.providers import provider
from refract.schema.changes import Backfill
from refract.schema.model import Database
from refract.sql.reader import read_migration, read_statements
from refract.sql.reader.rows import DEPTH_LIMIT, LENGTH_LIMIT, rows_of

PROVIDERS = ("postgresql", "cockroachdb", "mysql", "sqlite", "sqlserver")


def backfill(sql: str, name: str) -> tuple[str, str, str, str, bool | None]:
    chosen = provider(name)
    (statement,) = read_statements(sql, "m.sql", Database(name, chosen.default_schema), chosen)
    (change,) = statement.changes
    assert isinstance(change, Backfill)
    tables, reads = (" ".join(map(str, names)) for names in (change.tables, change.reads))
    return change.verb, tables, reads, " ".join(change.columns), change.filtered


@pytest.mark.parametrize(
    ("name", "sql", "expected"),
    [
        (
            "postgresql",
            'UPDATE "User" SET "a" = o.x, c = 1 FROM "Org" o WHERE o.id = "User".id',
            ("UPDATE", "public.User", "public.Org", "a c", True),
        ),
        ("postgresql", "UPDATE Users SET FullName = 1", ("UPDATE", "public.users", "", "fullname", False)),
        ("postgresql", "UPDATE t SET (a, b) = (SELECT 1, 2)", ("UPDATE", "public.t", "", "a b", False)),
        ("postgresql", "DELETE FROM a.t", ("DELETE", "a.t", "", "", False)),
        (
            "postgresql",
            'WITH x AS (SELECT * FROM q) INSERT INTO t (a, "B") SELECT * FROM x',
            ("INSERT", "public.t", "public.q", "a B", None),
        ),
        (
            "postgresql",
            "WITH x AS (DELETE FROM q WHERE a RETURNING *) SELECT * FROM x",
            ("DELETE", "public.q", "", "", True),
        ),
        ("cockroachdb", "UPDATE t SET a = 1 LIMIT 5", ("UPDATE", "public.t", "", "a", True)),
        ("mysql", "UPDATE `a` JOIN `b` ON a.id = b.id SET a.x = b.y", ("UPDATE", "a", "b", "x", True)),
        ("mysql", "DELETE FROM t LIMIT 5", ("DELETE", "t", "", "", True)),
        ("mysql", "TRUNCATE TABLE t", ("TRUNCATE", "t", "", "", None)),
        ("sqlite", 'INSERT INTO "n" ("id") SELECT "id" FROM "U"', ("INSERT", "n", "U", "id", None)),
        ("sqlserver", "DELETE FROM [dbo].[t] WHERE x = 1", ("DELETE", "dbo.t", "", "", True)),
        ("postgresql", "UPDATE t SET a = 1 WHERE", ("UPDATE", "public.t", "", "", None)),
    ],
)
def test_rows_of_a_statement(name: str, sql: str, expected: tuple[str, str, str, str, bool | None]) -> None:
    assert backfill(sql, name) == expected


@pytest.mark.parametrize(
    "sql", ["UPDATE t SET a = '" + "x" * LENGTH_LIMIT + "'", "UPDATE t SET a = " + "(" * (DEPTH_LIMIT + 1)]
)
def test_what_is_too_much_is_not_known(sql: str) -> None:
    assert rows_of(sql, "postgresql", "public") is None


def test_a_second_opinion_on_what_the_reader_does_not_know() -> None:
    pg = provider("postgresql")
    reading = read_migration("(SELECT a FROM t); FROBNICATE t; CREATE TABLE y AS SELECT 1", "m.sql", Database("postgresql", "public"), pg)  # fmt: skip
    assert (reading.statements, len(reading.not_followed)) == (3, 2)


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b INT", "UPDATE t SET a = 1", "CREATE TABLE y AS SELECT 1"],
)
def test_a_replay_does_without(sql: str) -> None:
    code = f"""
import sys
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
read_migration({sql!r}, "m.sql", Database("postgresql", "public"), provider("postgresql"))
sys.exit("sqlglot" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_is_said_aloud(capfd: pytest.CaptureFixture[str]) -> None:
    rows_of("LOCK TABLE t", "postgresql", "public")
    assert capfd.readouterr() == ("", "")


@settings(deadline=None)
@given(st.one_of(st.text(), st.text("()'\"ab;,.= ").map("UPDATE t SET a = ".__add__)), st.sampled_from(PROVIDERS))
def test_nothing_raises(sql: str, name: str) -> None:
    rows_of(sql, name, provider(name).default_schema)
